// Files of a mail: what the golden folder does not show.

#include "gateway/translate/feature/file.h"

#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/jid.h"

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

}  // namespace
}  // namespace gateway
