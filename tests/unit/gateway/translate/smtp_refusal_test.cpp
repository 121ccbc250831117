// gateway/translate/smtp_refusal: one reason out of a mail server's codes and words.

#include "gateway/translate/smtp_refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway::smtp_refusal {
namespace {

using coi::SmtpStep;
using testing::HasSubstr;
using testing::Not;

coi::Error said(const std::string& line, SmtpStep step = SmtpStep::recipient) {
    auto error = error_of_report("", line);
    error.step = step;
    return error;
}

std::string condition(int code, std::string status) {
    return condition_of({coi::ErrorKind::refused, true, "", code, std::move(status)}).condition;
}

TEST(Refusal, ThePreciseStatusCountsFirst) {
    EXPECT_EQ(condition(550, "5.1.1"), "item-not-found");
    EXPECT_EQ(condition(550, "5.1.2"), "remote-server-not-found");
    EXPECT_EQ(condition(552, "5.2.2"), "resource-constraint");
    EXPECT_EQ(condition(552, "5.3.4"), "policy-violation");
    EXPECT_EQ(condition(554, "5.7.1"), "forbidden");
    EXPECT_EQ(condition(550, ""), "item-not-found") << "old servers have no status";
    EXPECT_EQ(condition(554, ""), "recipient-unavailable");
    EXPECT_EQ(why(said("550 5.2.2 user unknown")), Why::full);
}

TEST(Refusal, WellKnownWordsCountBeforeTheCode) {
    EXPECT_EQ(why(said("550 High probability of spam", SmtpStep::content)), Why::content);
    EXPECT_EQ(why(said("550 Message contains a forbidden link", SmtpStep::content)), Why::content);
    EXPECT_EQ(why(said("550 You have exceeded your daily sending limit")), Why::too_many);
    EXPECT_EQ(why(said("550 Sender address rejected: not owned by user")), Why::sender);
    EXPECT_EQ(why(said("550 Blocked - see https://bl.test/")), Why::forbidden);
    EXPECT_EQ(why(said("552 Mailbox full")), Why::full);
    EXPECT_EQ(why(said("550-5.7.1 Our system has detected that this message is likely unsolicited mail.")),
              Why::content);
    EXPECT_EQ(why(said("550 5.4.1 Recipient address rejected: Access denied. [AS(201806281)]")), Why::no_mailbox);
    EXPECT_EQ(why(said("550 5.5.0 Requested action not taken: mailbox unavailable")), Why::no_mailbox);
    EXPECT_EQ(why(said("554 delivery error: dd This user doesn't have a yahoo.com account (bob@yahoo.test)")),
              Why::no_mailbox);
    EXPECT_EQ(why(said("554 30 Sorry, your message to bob@aol.test cannot be delivered. This mailbox is disabled")),
              Why::closed);
    EXPECT_EQ(why(said("554 5.7.1 relay access denied")), Why::forbidden);
    EXPECT_EQ(why(said("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found")), Why::no_mailbox);
    EXPECT_EQ(why(said("556 5.1.10 the domain has a null MX")), Why::closed);
    EXPECT_EQ(why(said("554: delivery error: dd This user doesn't have an account")), Why::no_mailbox);
}

TEST(Refusal, WhatIsOfTheWayIsNoUnknownAddress) {
    EXPECT_EQ(why(error_of_report("5.4.7", "smtp; 550 delivery time expired")), Why::late);
    EXPECT_EQ(why(error_of_report("5.0.0", "Remote Server returned '550 4.4.7 QUEUE.Expired; message expired'")),
              Why::late);
    EXPECT_EQ(why(error_of_report("5.4.300", "550 5.4.300 Message expired -> 451 4.4.62 no answer")), Why::late);
    EXPECT_EQ(why(error_of_report("5.4.6", "550 5.4.6 too many hops")), Why::unknown);
    EXPECT_EQ(why(error_of_report("5.3.0", "550 5.3.0 the system has a problem")), Why::unknown);
    EXPECT_EQ(why(error_of_report("5.3.0", "550 5.3.0 no such user")), Why::no_mailbox);
}

TEST(Refusal, TheSameCodeSaysAnotherThingAtAnotherCommand) {
    EXPECT_EQ(why(said("550 no", SmtpStep::recipient)), Why::no_mailbox);
    EXPECT_EQ(why(said("550 no", SmtpStep::content)), Why::content);
    EXPECT_EQ(why(said("550 no", SmtpStep::sender)), Why::sender);
    EXPECT_EQ(why(said("552 no", SmtpStep::recipient)), Why::full);
    EXPECT_EQ(why(said("552 no", SmtpStep::content)), Why::too_large);
    EXPECT_EQ(why(said("554 no", SmtpStep::recipient)), Why::unknown);
}

TEST(Refusal, AReportTellsTheCommandToo) {
    const auto rcpt =
        error_of_report("5.0.0", "host mx.test[192.0.2.1] said: 550 5.1.1 <bob@x>: no (in reply to RCPT TO command)");
    EXPECT_EQ(rcpt.enhanced, "5.1.1");
    EXPECT_EQ(rcpt.code, 550);
    EXPECT_EQ(rcpt.step, SmtpStep::recipient);
    EXPECT_EQ(why(error_of_report("5.0.0", "host mx.test said: 550 no (in reply to end of DATA command)")),
              Why::content);
    EXPECT_EQ(error_of_report("", "remote 192.0.2.150 said no").code, 0);
}

TEST(Refusal, TheServersWordsAreQuotedWithoutLinks) {
    const std::string text = words(
        said("550 5.1.1 gone, see https://evil.test/x?y or www.evil.test or evil.test/z now"), "bob@x.test", "en");
    EXPECT_EQ(text,
              "The mail address bob@x.test does not exist. Please check it. The mail server said: “550 5.1.1 gone, see "
              "(…) or (…) or (…) now”");
    EXPECT_EQ(quotable("a\r\nb\u2028c ⟦signed⟧ ”", ""), "a b c [[signed]] '");
    EXPECT_EQ(quotable("550 5.1.1 <bob@x.test>: 1/2 and/or mx.x.test[192.0.2.1]:25", "bob@x.test"),
              "550 5.1.1 <bob@x.test>: 1/2 and/or (…)");
    EXPECT_LT(quotable(std::string(5000, 'x'), "").size(), 310u);
    EXPECT_EQ(quotable(std::string(5000, ' ') + "word", ""), "") << "what is looked at has a bound, too";
}

TEST(Refusal, OnlyTheAddressThatItIsAboutIsQuoted) {
    EXPECT_EQ(quotable("550 Bob@X.test: no such user at x.test, ask e.test", "bob@x.test"),
              "550 Bob@X.test: no such user at x.test, ask (…)");
    EXPECT_EQ(quotable("rfc822;bob@x.test eve@e.test x.test/pay bob@x.test.e.test", "bob@x.test"),
              "rfc822;bob@x.test (…) (…) (…)");
}

}  // namespace
}  // namespace gateway::smtp_refusal
