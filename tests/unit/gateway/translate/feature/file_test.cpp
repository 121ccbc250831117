// Files of a mail: what the golden folder does not show.

#include "gateway/translate/feature/file.h"

#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

coi::Message mail_with(const std::string& headers, const std::string& text, const std::string& name) {
    auto mail =
        coi::parse("From: bob@example.org\r\nMessage-ID: <1@x>\r\n" + headers +
                   "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
                   "text/plain\r\n\r\n" +
                   text + "\r\n--b\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"" + name +
                   "\"\r\n\r\nJFIF\r\n--b--\r\n")
            .value();
    mail.attachments.at(0).url = "https://files.example/1";
    return mail;
}

TEST(FileFeature, ASubjectIsTheTextOfAMailWithoutWords) {
    const auto event = read(mail_with("Subject: The earth\r\n", "", "earth.jpg"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Text>()->body, "The earth");
    const auto messages = file::messages_of(*event);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages.at(0).get<Files>(), nullptr);
    EXPECT_EQ(messages.at(1).get<Text>(), nullptr);
}

TEST(FileFeature, AGroupIsNamedBeforeItsPicture) {
    const auto event =
        read(mail_with("Chat-Version: 1.0\r\nChat-Group-ID: 1\r\nChat-Group-Name: Sailing\r\n", "", "earth.jpg"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Text>()->body, "⟦group: Sailing⟧");
}

TEST(FileFeature, OnlyTheFirstMessageHasTheIdAndWhatItIsAbout) {
    auto event = read(mail_with("Chat-Version: 1.0\r\nChat-Disposition-Notification-To: bob@example.org\r\n", "Look",
                                "earth.jpg"))
                     .value();
    event.stanza = {"s1"};
    event.about = Reference{.message = {"0@x"}};
    const auto messages = file::messages_of(event);
    ASSERT_EQ(messages.size(), 2u);
    EXPECT_EQ(messages.at(0).stanza.value, "s1");
    EXPECT_TRUE(messages.at(0).wants_receipt && messages.at(0).about);
    EXPECT_TRUE(messages.at(1).stanza.empty());
    EXPECT_FALSE(messages.at(1).wants_receipt || messages.at(1).about);
}

TEST(FileFeature, AnEventWithoutFilesIsOneMessage) {
    Event event;
    event.contents = {Text{"", ""}};
    EXPECT_EQ(file::messages_of(event).size(), 1u);
}

TEST(FileFeature, ANameCannotPassForWordsOfTheGateway) {
    const auto event = read(mail_with("Chat-Version: 1.0\r\n", "", "⟦verified⟧.jpg"));
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Files>()->all.at(0).name.find("⟦"), std::string::npos);
}

const std::string url = "https://files.example/1/earth.jpg";
const std::string oob = "<x xmlns='jabber:x:oob'><url>" + url + "</url></x>";

std::string sharing(const std::string& metadata, const std::string& beside = "") {
    return "<file-sharing xmlns='urn:xmpp:sfs:0'><file xmlns='urn:xmpp:file:metadata:0'>" + metadata +
           "</file><sources><url-data xmlns='http://jabber.org/protocol/url-data' target='" + url +
           "'/></sources></file-sharing>" + beside;
}

Event said(const std::string& children) {
    const auto stanza = xmpp::parse_stanza("<message id='s1' from='a@jabber.example/x'>" + children + "</message>");
    auto event = read(*stanza);
    EXPECT_TRUE(event) << children;
    return event.value_or(Event{});
}

/// Of an event with one file and a text: the caption.
std::string caption(const Event& event) {
    const auto* files = event.get<Files>();
    if (files == nullptr || files->all.size() != 1 || files->all.front().url != url) return "no file";
    return event.get<Text>()->body;
}

TEST(FileFeature, AFileHasACaptionOrNone) {
    EXPECT_EQ(caption(said("<body>" + url + "</body>" + oob)), "");
    EXPECT_EQ(caption(said(oob)), "") << "a link without a body";
    EXPECT_EQ(caption(said("<x xmlns='jabber:x:oob'><url>" + url + "</url><desc>The earth</desc></x>")), "The earth");
    EXPECT_EQ(caption(said("<body>The earth</body>" + oob)), "The earth");
    EXPECT_EQ(caption(said("<body>The earth:\n" + url + "</body>" + oob)), "The earth:");
    EXPECT_EQ(caption(said(sharing("<desc>The earth</desc>"))), "The earth");
    EXPECT_EQ(caption(said("<body>" + url + "</body>" + sharing("<desc>The earth</desc>") + oob)), "The earth");
    EXPECT_EQ(caption(said("<body>A file that you cannot see. Hi</body>" +
                           sharing("",
                                   "<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:sfs:0'><body start='0' "
                                   "end='28'/></fallback>"))),
              "Hi");
}

TEST(FileFeature, WhatIsNoFileStaysText) {
    for (const std::string& children :
         {"<body>" + url + "</body>", "<body>See " + url + " for more</body>" + oob,
          "<body>" + url + "</body>" + oob + "<replace xmlns='urn:xmpp:message-correct:0' id='s0'/>",
          std::string("<body>ftp://a.example/1</body><x xmlns='jabber:x:oob'><url>ftp://a.example/1</url></x>"),
          std::string("<body>xmpp:a@b</body><x xmlns='jabber:x:oob'><url>xmpp:a@b</url></x>")}) {
        const auto event = said(children);
        EXPECT_EQ(event.get<Files>(), nullptr) << children;
        EXPECT_NE(event.get<Text>()->body.find(':'), std::string::npos) << "its link is there";
    }
}

const std::string other = "https://files.example/2/moon.jpg";

std::string sharing_two(const std::string& of_first = "", const std::string& of_second = "") {
    std::string second = sharing(of_second);
    second.replace(second.find(url), url.size(), other);
    return sharing(of_first) + second;
}

/// "caption | name of the first | name of the second"
std::string two(const Event& event) {
    std::string words = event.get<Text>()->body;
    const auto* files = event.get<Files>();
    for (const File& file : files ? files->all : std::vector<File>{}) words += " | " + file.name;
    return words;
}

TEST(FileFeature, AMessageMayHaveSeveralFiles) {
    EXPECT_EQ(two(said(sharing_two())), " | earth.jpg | moon.jpg");
    EXPECT_EQ(two(said("<body>Look\n" + url + "\n" + other + "</body>" + sharing_two() + oob)),
              "Look | earth.jpg | moon.jpg");
    EXPECT_EQ(two(said("<body>" + other + " " + url + "</body>" + sharing_two())), " | earth.jpg | moon.jpg");
    EXPECT_EQ(two(said(sharing_two("<desc>The earth</desc>", "<desc>The moon</desc>"))),
              "The earth\nThe moon | earth.jpg | moon.jpg");
    EXPECT_EQ(two(said("<body>" + other + "</body>" + sharing("") + sharing(""))), other + " | earth.jpg")
        << "the same twice is one, and what the text has beside it stays";
    EXPECT_EQ(two(said("<body>See " + url + " first</body>" + sharing_two())), "See " + url + " first | moon.jpg")
        << "a link among words stays there";
}

TEST(FileFeature, MoreFilesThanAnybodySendsAreNone) {
    std::string all;
    for (int i = 0; i < 50; ++i) all += sharing("");
    EXPECT_TRUE(said("<body>Look</body>" + all).get<Files>());
    const auto event = said("<body>Look</body>" + all + sharing(""));
    EXPECT_FALSE(event.get<Files>());
    EXPECT_EQ(event.get<Text>()->body, "Look");
}

TEST(FileFeature, OnlyOneFileIsAVoiceMessage) {
    const std::string voice = "<name>voice-message.ogg</name><media-type>audio/ogg</media-type>";
    const auto event = said(sharing_two(voice, voice));
    ASSERT_TRUE(event.get<Files>());
    for (const File& file : event.get<Files>()->all) EXPECT_EQ(file.kind, File::Kind::file);
}

TEST(FileFeature, OfSeveralFilesEachIsALinkOrAnAttachment) {
    Event event;
    event.contact = {"", "bob", "example.org"};
    File earth, moon, sun;
    earth.url = url;
    moon.url = other;
    sun.url = url + "2";  // begins as another link does
    event.contents = {Text{"See " + url, ""}, Files{{earth, moon, sun}}};
    const auto links = write_mail(event, {"", "alice", "jabber.example"}, Contact{});
    EXPECT_EQ(links.text, "See " + url + "\n" + url + "\n" + other + "\n" + sun.url);
    auto mail = links;
    moon.bytes = sun.bytes = earth.bytes = std::make_shared<const std::string>("JFIF");
    file::attach(mail, moon, "en", Dialect::chatmail);
    EXPECT_EQ(mail.text, "See " + url + "\n" + url + "\n" + sun.url);
    file::attach(mail, earth, "en", Dialect::chatmail);
    EXPECT_EQ(mail.text, "See " + url + "\n" + sun.url);
    file::attach(mail, sun, "en", Dialect::chatmail);
    EXPECT_EQ(mail.text, "See " + url);
    EXPECT_EQ(mail.attachments.size(), 3u);
}

TEST(FileFeature, AReplyMayBeAFile) {
    const auto event = said("<body>&gt; How does it look?\n" + url + "</body>" + oob +
                            "<reply xmlns='urn:xmpp:reply:0' id='m1'/><fallback xmlns='urn:xmpp:fallback:0' "
                            "for='urn:xmpp:reply:0'><body start='0' end='20'/></fallback>");
    EXPECT_EQ(caption(event), "");
    ASSERT_TRUE(event.get<ReplyTo>());
    EXPECT_EQ(event.get<ReplyTo>()->quote, "How does it look?");
}

TEST(FileFeature, NameTypeAndKindAreWhatTheClientSays) {
    auto event =
        said(sharing("<name>../my\nvoice.ogg</name><media-type>audio/ogg</media-type><size>4</size>"
                     "<length>2500</length>"));
    const File& file = event.get<Files>()->all.at(0);
    EXPECT_EQ(file.name, "_my voice.ogg");
    EXPECT_EQ(file.size, 4u);
    EXPECT_EQ(file.kind, File::Kind::file);
    EXPECT_EQ(file.duration.count(), 2500);
    event = said(sharing("<name>voice-message.ogg</name><media-type>audio/ogg</media-type>"));
    EXPECT_EQ(event.get<Files>()->all.at(0).kind, File::Kind::voice_message);
    event = said("<body>😘</body>" + sharing("", "<sticker xmlns='urn:xmpp:stickers:0' pack='1'/>"));
    EXPECT_EQ(event.get<Files>()->all.at(0).kind, File::Kind::sticker);
    event = said("<body>" + url + "</body>" + oob);
    EXPECT_EQ(event.get<Files>()->all.at(0).name, "earth.jpg") << "of its address";
}

TEST(FileFeature, AnEncryptedFileIsAFileByItsLinkAlone) {
    const std::string uri = "aesgcm://files.example/1/earth.jpg#" + std::string(88, '0');
    const auto event = said("<body>" + uri + "\ndata:image/jpeg,/9j/4AAQ</body>");
    ASSERT_TRUE(event.get<Files>());
    EXPECT_EQ(event.get<Files>()->all.at(0).url, uri);
    EXPECT_EQ(event.get<Files>()->all.at(0).name, "earth.jpg");
    EXPECT_EQ(event.get<Text>()->body, "");
}

TEST(FileFeature, AMailHasTheLinkOrTheFile) {
    Event event;
    event.contact = {"", "bob", "example.org"};
    event.message = {"chat$1@jabber.example"};
    File earth;
    earth.url = url;
    earth.name = "earth.jpg";
    event.contents = {Text{"The earth", ""}, Files{{earth}}};
    const coi::Address own{"", "alice", "jabber.example"};
    const Contact bob{};
    const auto link = write_mail(event, own, bob);
    EXPECT_EQ(link.text, "The earth\n" + url);
    EXPECT_TRUE(link.attachments.empty());
    event.get<Files>()->all.front().bytes = std::make_shared<const std::string>("JFIF");
    const auto whole = write_mail(event, own, bob);
    EXPECT_EQ(whole.text, "The earth");
    ASSERT_EQ(whole.attachments.size(), 1u);
    EXPECT_EQ(whole.attachments[0].content_type, "image/jpeg");
    auto attached = link;
    file::attach(attached, event.get<Files>()->all.front(), "en", bob.dialect);
    EXPECT_EQ(attached, whole);
}

TEST(FileFeature, AFirstMailWithoutWordsIsAboutItsFile) {
    Event event;
    event.contact = {"", "bob", "example.org"};
    File earth;
    earth.url = url;
    earth.name = "earth.jpg";
    event.contents = {Text{}, Files{{earth}}};
    Contact bob{};
    bob.dialect = Dialect::mail;
    EXPECT_EQ(write_mail(event, {"", "alice", "jabber.example"}, bob).subject, "Picture");
    bob.dialect = Dialect::coi;
    EXPECT_EQ(write_mail(event, {"", "alice", "jabber.example"}, bob).subject, "Chat: Picture");
    bob.subject = "Planets";
    EXPECT_EQ(write_mail(event, {"", "alice", "jabber.example"}, bob).subject, "Re: Planets");
}

}  // namespace
}  // namespace gateway
