// Which mail becomes chat.

#include "gateway/pipeline/admission.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

struct AdmissionTest : testing::Test {
    Account account = [] {
        Account a;
        a.address = {"", "alice", "example.org"};
        return a;
    }();
    Contact known = [] {
        Contact c;
        c.written_to = true;
        return c;
    }();
    coi::Message mail = [] {
        coi::Message m;
        m.id = {"1@example.net"};
        m.from = {{"Bob", "bob", "example.net"}};
        m.text = "hello";
        return m;
    }();
};

TEST_F(AdmissionTest, plain_mail_of_a_stranger_stays_mail) {
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::stranger);
    EXPECT_FALSE(depends_on_answer(mail, account, nullptr)) << "it answers nothing";
}

TEST_F(AdmissionTest, the_setting_all_takes_strangers_but_no_bulk) {
    account.take = IncomingFilter::all;
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.headers["list-id"] = "<news.example.net>";
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::bulk);
}

TEST_F(AdmissionTest, chat_is_known_by_version_by_id_and_by_the_first_reference) {
    mail.headers["chat-version"] = "1.0";
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.headers.clear();
    mail.id = {"chat$abc@example.net"};
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.id = {"1@example.net"};
    mail.references = {{"chat$abc@example.org"}, {"2@example.net"}};
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.references = {{"2@example.net"}, {"chat$abc@example.org"}};
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::stranger) << "only the first reference counts [COI-C]";
}

TEST_F(AdmissionTest, an_answer_to_a_known_message_is_chat) {
    mail.in_reply_to = {{"3@example.org"}};
    EXPECT_TRUE(depends_on_answer(mail, account, nullptr));
    EXPECT_EQ(admit(mail, account, nullptr, true), Admission::message);
}

TEST_F(AdmissionTest, contacts_are_those_the_user_wrote_to_or_subscribed_to) {
    EXPECT_EQ(admit(mail, account, &known, false), Admission::message);
    known.written_to = false;
    EXPECT_EQ(admit(mail, account, &known, false), Admission::stranger);
    known.subscribed = true;
    EXPECT_EQ(admit(mail, account, &known, false), Admission::message);
    account.take = IncomingFilter::chats;
    EXPECT_EQ(admit(mail, account, &known, false), Admission::stranger);
}

TEST_F(AdmissionTest, a_chat_bot_is_a_partner_of_the_users_choice) {
    mail.headers = {{"chat-version", "1.0"}, {"auto-submitted", "auto-generated"}};
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.headers["auto-submitted"] = "auto-replied";
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::bulk) << "an answer by a machine";
    mail.headers = {{"chat-version", "1.0"}, {"list-id", "<l.example.net>"}};
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::bulk) << "a list's member";
    mail.headers = {{"auto-submitted", "auto-generated"}};
    mail.references = {{"chat$abc@example.org"}};
    EXPECT_EQ(admit(mail, account, &known, true), Admission::bulk) << "a machine that is no chat program";
}

TEST_F(AdmissionTest, a_providers_unsubscribe_field_makes_no_newsletter_of_a_chat_or_an_answer) {
    mail.headers["list-unsubscribe"] = "<mailto:u@example.net>";
    EXPECT_EQ(admit(mail, account, &known, false), Admission::bulk);
    mail.in_reply_to = {{"3@example.org"}};
    EXPECT_TRUE(depends_on_answer(mail, account, &known));
    EXPECT_EQ(admit(mail, account, nullptr, true), Admission::message);
    mail.headers["chat-version"] = "1.0";
    EXPECT_FALSE(depends_on_answer(mail, account, &known));
    EXPECT_EQ(admit(mail, account, nullptr, false), Admission::message);
    mail.headers["precedence"] = "bulk";
    EXPECT_EQ(admit(mail, account, &known, true), Admission::bulk) << "its own word";
}

TEST_F(AdmissionTest, own_copies_and_mail_without_one_sender_are_left_alone) {
    mail.from = {{"", "Alice", "example.org"}};
    EXPECT_EQ(admit(mail, account, &known, true), Admission::own) << "spelling does not matter";
    mail.from.push_back({"", "bob", "example.net"});
    EXPECT_EQ(admit(mail, account, &known, true), Admission::senderless);
}

TEST_F(AdmissionTest, an_automatic_answer_is_one_to_what_the_user_wrote_to_its_sender) {
    EXPECT_FALSE(is_automatic_answer(mail, &known, true)) << "a person's";
    mail.headers["auto-submitted"] = "auto-replied";
    mail.in_reply_to = {{"ours@example.org"}};
    EXPECT_TRUE(depends_on_answer(mail, account, &known));
    EXPECT_TRUE(is_automatic_answer(mail, &known, true));
    EXPECT_FALSE(is_automatic_answer(mail, &known, false));
    EXPECT_FALSE(is_automatic_answer(mail, nullptr, true));
    mail.in_reply_to.clear();
    for (const char* subject : {"Auto: Boat", "auto:", "Re: Boat", "AW: Boat"}) {
        mail.subject = subject;
        EXPECT_TRUE(is_automatic_answer(mail, &known, false)) << subject;
    }
    for (const char* subject : {"Holidays", "Autumn sale", "Fwd: Boat", ""}) {
        mail.subject = subject;
        EXPECT_FALSE(is_automatic_answer(mail, &known, false)) << subject;
    }
    mail.subject = "Re: Boat";
    mail.headers = {{"precedence", "bulk"}};
    EXPECT_FALSE(is_automatic_answer(mail, &known, true)) << "a newsletter";
}

TEST_F(AdmissionTest, reports_are_acted_upon_though_they_are_automatic) {
    mail.headers["auto-submitted"] = "auto-replied";
    EXPECT_EQ(admit(mail, account, &known, false), Admission::bulk);
    mail.dsn = coi::Dsn{};
    EXPECT_EQ(admit(mail, account, &known, false), Admission::report);
}

}  // namespace
}  // namespace gateway
