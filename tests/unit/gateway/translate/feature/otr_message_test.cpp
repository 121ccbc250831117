// What of OTR is carried by the tunnel, and what is not; the mark, and whose it is.

#include "gateway/translate/feature/otr_message.h"

#include <gtest/gtest.h>

#include "gateway/translate/translate.h"
#include "xmpp/wire.h"

namespace gateway::otr_message {
namespace {

const std::string
    data =
        "?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ysw5pxB961TCL5kGc91KtCGO+GXTPKoXgO5bxTKcCXbgTbskkf9o1kOtGofxXsg1owx551C+"
        "K5UCb9lGsB2K9GHPOKYTfOpXwS6YBXLcSbcg=.",
    commit = "?OTR:AAMCAAABAQAAAgK5FG/KJYDbNpHsR6L9WLMOacQfetUwi+ZBnPdSrQhjvhl0zyqF4DuW8UynAl24E27JJH/aNZDrRqH8V7I=.";

coi::Message mail(const std::string& type, const std::string& part, const std::string& content = "org.coigate.otr") {
    const auto parsed = coi::parse("From: bob@example.net\r\nTo: alice@jabber.example\r\nChat-Content: " + content +
                                   "\r\nContent-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\n\r\n"
                                   "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\nContent-Type: " +
                                   type + "\r\n\r\n" + part + "\r\n--b--\r\n");
    EXPECT_TRUE(parsed);
    return parsed ? *parsed : coi::Message{};
}

TEST(Tunnel, whole_messages_are_carried_and_nothing_around_them) {
    EXPECT_EQ(whole(data), data);
    EXPECT_EQ(whole("<p>before " + commit + " secret behind"), commit);
    EXPECT_EQ(whole("?OTR?v23? and words that are nobody's"), "?OTRv23?");
    EXPECT_EQ(whole("?OTRv34x? words"), "?OTRv3?");
    EXPECT_EQ(whole("?OTR Error: Some\n words"), "?OTR Error: Some words");
    EXPECT_EQ(whole("?OTR Error: " + std::string(5000, 'x'))->size(), 1012U);
}

TEST(Tunnel, all_else_is_not) {
    for (const std::string body :
         {"", "Hello", "Hello \t  \t\t\t\t \t \t \t    \t\t  \t ", "?OTR?", "?OTRv4?", "?OTR,1,2,piece,",
          "?OTR|101|202,1,2,piece,", "?OTR:AAEDmessage of version 1.", "?OTR:AAM", "?OTR:no base64.", "?OTRx"}) {
        EXPECT_FALSE(whole(body)) << body;
    }
    EXPECT_FALSE(whole("?OTR:AAMD" + std::string(190'000, 'A') + "."));
}

TEST(Tunnel, a_mail_has_exactly_one_message_and_says_what_it_is) {
    EXPECT_EQ(read(mail("application/x-otr", data)), (OtrMessage{data, "Words"}));
    EXPECT_FALSE(read(mail("application/x-otr", data, "other")));
    EXPECT_FALSE(read(mail("application/octet-stream", data)));
    EXPECT_FALSE(read(mail("application/x-otr", "?OTR,1,2,piece,")));
    EXPECT_FALSE(read(mail("application/x-otr", data + "\r\n--b\r\nContent-Type: application/x-otr\r\n\r\n" + data)));
    EXPECT_FALSE(read(mail("application/x-otr", std::string(300'000, 'A'))));
}

TEST(Tunnel, what_is_not_read_so_is_shown_as_a_file_and_never_as_text) {
    const auto event = gateway::read(mail("application/x-otr", "?OTR,1,2,piece,"), "");
    ASSERT_TRUE(event);
    EXPECT_EQ(event->get<Text>()->body, "Words\n⟦file, 15 bytes⟧");
}

TEST(Tunnel, the_mark_stands_in_mails_of_those_who_switched_it) {
    Contact contact;
    Event event;
    event.contact = {"", "bob", "example.net"};
    event.contents = {Text{"Hi", ""}};
    const auto marked = [&](Tunnel tunnel) {
        contact.privacy.tunnel = tunnel;
        const auto bytes = coi::print(write_mail(event, {"", "alice", "jabber.example"}, contact));
        return mark(coi::parse(*bytes).value());
    };
    EXPECT_EQ(marked(Tunnel::never), std::nullopt);
    EXPECT_EQ(marked(Tunnel::on), true);
    EXPECT_EQ(marked(Tunnel::off), false);
    contact.privacy.tunnel_offered = true;
    EXPECT_EQ(marked(Tunnel::never), std::nullopt) << "an offer that was not taken tells nothing back";
}

}  // namespace
}  // namespace gateway::otr_message
