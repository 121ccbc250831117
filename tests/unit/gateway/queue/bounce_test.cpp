// Notices of failure: the condition tells what happened, the words tell a person what to do, and nobody is told who
// should not be.

#include "gateway/queue/bounce.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coi/message.h"
#include "xmpp/wire.h"

namespace gateway::bounce {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

coi::Error refusal(int code, std::string status, std::string text) {
    return {coi::ErrorKind::refused, true, std::move(text), code, std::move(status)};
}

queue::Entry failed_mail() {
    queue::Entry entry;
    entry.account = AccountId{7};
    entry.contact = "bob@example.org";
    entry.to = "Bob@example.org";
    entry.origin = "alice@jabber.example/phone";
    entry.origin_id = "client-1";
    entry.taken = Time{1'000'000ms};
    entry.beside =
        "<message id='client-1' from='alice@jabber.example/phone' to='bob%example.org@coi.jabber.example' "
        "xml:lang='en'><body>Dear Bob</body></message>";
    return entry;
}

TEST(BounceTest, the_author_gets_an_error_on_the_original_id_with_the_servers_words) {
    const auto notices = to_jabber(
        failed_mail(), refusal(550, "5.1.1", "the mail server refuses the recipient: 550 5.1.1 no such person"), true,
        "coi.jabber.example", Time{1'000'500ms});
    ASSERT_EQ(notices.size(), 1u);
    const auto stanza = xmpp::parse_stanza(notices[0].payload);
    ASSERT_TRUE(stanza);
    EXPECT_EQ(xmpp::attribute(*stanza, "type"), "error");
    EXPECT_EQ(xmpp::attribute(*stanza, "id"), "client-1");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), "alice@jabber.example/phone");
    EXPECT_EQ(xmpp::attribute(*stanza, "from"), "bob%example.org@coi.jabber.example") << "as the user wrote it";
    EXPECT_EQ(xmpp::body_of(*stanza)->cdata(), "Dear Bob");
    const auto line = xmpp::parse_stanza(notices[0].beside);
    ASSERT_TRUE(line) << "for their other clients, if that one has gone";
    EXPECT_EQ(xmpp::attribute(*line, "to"), "alice@jabber.example");
    EXPECT_THAT(xmpp::body_of(*line)->cdata(), HasSubstr("The mail server said: “550 5.1.1 no such person”"));
    const auto error = xmpp::error_of(*stanza);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->condition, "item-not-found");
    EXPECT_THAT(error->text, HasSubstr("Bob@example.org"));
    EXPECT_THAT(error->text, HasSubstr("The mail server said: “550 5.1.1 no such person”"));
}

TEST(BounceTest, where_the_client_does_not_show_an_errors_words_a_message_says_them_too) {
    const auto notices =
        to_jabber(failed_mail(), refusal(550, "5.1.1", "no"), false, "coi.jabber.example", Time{1'000'500ms});
    ASSERT_EQ(notices.size(), 2u);
    EXPECT_EQ(notices[0].beside, "") << "said once";
    const auto line = xmpp::parse_stanza(notices[1].payload);
    EXPECT_EQ(xmpp::attribute(*line, "from"), "bob%example.org@coi.jabber.example") << "in that conversation";
    EXPECT_THAT(xmpp::body_of(*line)->cdata(),
                testing::StartsWith("⟦⚠ The mail address Bob@example.org does not exist."));
}

TEST(BounceTest, a_late_failure_is_told_in_a_message_too) {
    const auto notices =
        to_jabber(failed_mail(), refusal(550, "5.1.1", "no"), true, "coi.jabber.example", Time{1'000'000ms} + 2h);
    ASSERT_EQ(notices.size(), 2u);
    EXPECT_EQ(notices[0].beside, "") << "said once";
    const auto stanza = xmpp::parse_stanza(notices[1].payload);
    ASSERT_TRUE(stanza);
    EXPECT_EQ(xmpp::attribute(*stanza, "type"), "chat");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), "alice@jabber.example") << "whatever device is there now";
}

TEST(BounceTest, where_the_text_is_not_known_any_more_a_message_tells_what_an_error_alone_might_not) {
    const Lost lost{AccountId{7}, "bob@example.org", "bob@example.org", "alice@jabber.example/phone", "client-1",
                    "en",         Time{1'000'000ms}};
    const auto notices = to_jabber(lost, refusal(550, "5.1.1", "no"), "coi.jabber.example", Time{1'000'500ms});
    ASSERT_EQ(notices.size(), 2u);
    EXPECT_EQ(xmpp::attribute(*xmpp::parse_stanza(notices[0].payload), "type"), "error");
    EXPECT_EQ(xmpp::attribute(*xmpp::parse_stanza(notices[1].payload), "type"), "chat");
}

TEST(BounceTest, what_nobody_wrote_is_told_nobody) {
    auto receipt = failed_mail();
    receipt.origin.clear();
    EXPECT_TRUE(to_jabber(receipt, refusal(550, "5.1.1", "no"), true, "coi.jabber.example", Time{}).empty());
}

TEST(BounceTest, a_dsn_goes_only_to_a_proven_sender_and_has_the_null_reverse_path) {
    queue::Entry stanza;
    stanza.origin_id = "42@example.org";
    Account account;
    account.address = {"", "alice", "jabber.example"};
    EXPECT_TRUE(to_mail(stanza, refusal(0, "5.1.1", "item-not-found"), account, "jabber.example", Time{}).empty());
    stanza.origin = "bob@example.org";
    const auto mails = to_mail(stanza, refusal(0, "5.1.1", "item-not-found"), account, "jabber.example", Time{});
    ASSERT_EQ(mails.size(), 1u);
    EXPECT_EQ(mails[0].from, "");
    EXPECT_EQ(mails[0].to, "bob@example.org");
    const auto mail = coi::parse(mails[0].payload);
    ASSERT_TRUE(mail);
    ASSERT_TRUE(mail->dsn);
    ASSERT_EQ(mail->dsn->recipients.size(), 1u);
    EXPECT_EQ(mail->dsn->recipients[0].address, "alice@jabber.example");
    EXPECT_EQ(mail->dsn->recipients[0].status, "5.1.1");
}

}  // namespace
}  // namespace gateway::bounce
