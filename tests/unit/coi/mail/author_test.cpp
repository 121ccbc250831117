// coi/mail/author: who wrote a mail, and every way in which a From says less than that.

#include "coi/mail/author.h"

#include <gtest/gtest.h>

#include "coi/message.h"

namespace coi {
namespace {

/// "Name <address>" of the only author; "?" if the field does not say for sure.
std::string author(const std::string& field) {
    const auto authors = read_authors({field});
    if (!authors || authors->size() != 1) return "?";
    const auto& one = authors->front();
    return one.name.empty() ? one.addr_spec() : one.name + " <" + one.addr_spec() + ">";
}

/// Of a whole mail, as it comes.
std::string author_of_mail(const std::string& header) {
    const auto mail = parse(header + "To: alice@example.org\r\n\r\nHi\r\n");
    if (!mail || mail->from.size() != 1) return "?";
    return mail->from.front().addr_spec();
}

TEST(Author, IsReadInEveryFormThatPeopleWrite) {
    EXPECT_EQ(author("bob@mail.test"), "bob@mail.test");
    EXPECT_EQ(author("<bob@mail.test>"), "bob@mail.test");
    EXPECT_EQ(author("Bob B. <bob@mail.test>"), "Bob B. <bob@mail.test>");
    EXPECT_EQ(author("\"B, Bob\" <bob@mail.test>"), "B, Bob <bob@mail.test>");
    EXPECT_EQ(author("=?utf-8?Q?Zo=C3=AB?= B <zoe@mail.test>"), "Zoë B <zoe@mail.test>");
    EXPECT_EQ(author("\"=?utf-8?Q?Zo=C3=AB?=\" <zoe@mail.test>"), "Zoë <zoe@mail.test>");
    EXPECT_EQ(author("bob@mail.test (Bob)"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("<bob@mail.test> (Bob)"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("Bob (Sales) <bob@mail.test>"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("(c)bob(c)@(c)mail.test(c(d))"), "cccc(d) <bob@mail.test>");
    EXPECT_EQ(author("bob @ mail.test"), "bob@mail.test");
    EXPECT_EQ(author("\"a b\"@mail.test"), "\"a b\"@mail.test");
    EXPECT_EQ(author("bob@[192.0.2.1]"), "bob@[192.0.2.1]");
    EXPECT_EQ(author("Bob <bob@[IPv6:2001:db8::1]>"), "Bob <bob@[ipv6:2001:db8::1]>");
    EXPECT_EQ(author("J\xF6rg <bob@mail.test>"), "Jörg <bob@mail.test>");
    EXPECT_EQ(author("Taro <taro..y@mobile.test>"), "Taro <\"taro..y\"@mobile.test>");
    EXPECT_EQ(author("Doe, John <john@mail.test>"), "Doe, John <john@mail.test>");
}

TEST(Author, NamedTwiceIsOne) {
    EXPECT_EQ(author("\"Bob\" <bob@mail.test> <bob@mail.test>"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("Bob <bob@mail.test>, BOB@mail.test"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("bob@mail.test, Bob <bob@mail.test>"), "Bob <bob@mail.test>");
    EXPECT_EQ(author("bob@mail.test <bob@mail.test>"), "bob@mail.test");
}

TEST(Author, IsNotKnownWhereAnotherCouldBeRead) {
    for (const std::string field : {"e\\ve@evil.test, bob@mail.test",
                                    "eve@evil.test, bob@mail.test",
                                    "bob@mail.test <eve@evil.test>",
                                    "<bob@mail.test> <eve@evil.test>",
                                    "<bob@mail.test> eve@evil.test",
                                    "friends: bob@mail.test;, eve@evil.test",
                                    "friends: bob@mail.test;",
                                    "undisclosed:;",
                                    "<@evil.test,@mail.test:bob@mail.test>",
                                    "b\\ob@mail.test",
                                    "bob@mail.test.",
                                    "bob@mail.test\u200b <eve@evil.test>",
                                    "bob, eve@evil.test",
                                    "eve@evil.test, bob",
                                    "bob bob@mail.test",
                                    "=?utf-8?q?bob=40mail=2Etest?=",
                                    "<=?utf-8?q?bob?=@mail.test>",
                                    "Bob <bob@mail.test",
                                    "\"Bob <bob@mail.test>",
                                    "Bob) <bob@mail.test>",
                                    "(Bob <bob@mail.test>",
                                    "Bob <bob@mail.test>>",
                                    "Bob <<bob@mail.test>>",
                                    "Bob <>, bob@mail.test",
                                    "bob@mail.test\r<eve@evil.test>",
                                    "\xFF@mail.test",
                                    "bob@ma\u00adil.test",
                                    "bob@ｍail.test",
                                    "bob@mail。test",
                                    "Bob <bob@mail.test>, <@>",
                                    "<>",
                                    "",
                                    ","}) {
        EXPECT_EQ(author(field), "?") << field;
    }
    EXPECT_EQ(author(std::string("bob@mail.test\0@evil.test", 24)), "?");
    EXPECT_EQ(author(std::string("bob@mail.test\0", 14)), "?");
}

TEST(Author, StandsInOneFieldOnly) {
    EXPECT_FALSE(read_authors({}));
    EXPECT_FALSE(read_authors({"bob@mail.test", "eve@evil.test"}));
    EXPECT_EQ(author_of_mail("From: eve@evil.test\r\nFrom: bob@mail.test\r\n"), "?");
    EXPECT_EQ(author_of_mail("From: eve@evil.test\r\nX: y\r\nfrom : bob@mail.test\r\n"), "?");
    EXPECT_EQ(author_of_mail("From: bob@mail.test\r\n\t<eve@evil.test>\r\n"), "?");
    EXPECT_EQ(author_of_mail("From: eve@evil.test\r\n   \r\nFrom: bob@mail.test\r\n"), "?");
    EXPECT_EQ(author_of_mail(std::string("From: bob@mail.test\0, eve@evil.test\r\n", 37)), "?");
    EXPECT_EQ(author_of_mail("Subject: x\rFrom: bob@mail.test\r\nFrom: eve@evil.test\r\n"), "eve@evil.test");
    // What says who sent or passed on a mail says nothing of its author.
    EXPECT_EQ(author_of_mail("Sender: bob@mail.test\r\nResent-From: bob@mail.test\r\nFrom: eve@evil.test\r\n"),
              "eve@evil.test");
}

TEST(Author, ALongNameIsCut) {  // it is kept in memory with each contact, and stands in a stanza beside a long text
    std::string letters;
    for (int i = 0; i < 9000; ++i) letters += "ä";
    for (const std::string& field : {letters + " <eve@evil.test>", "eve@evil.test (" + letters + ")"}) {
        const std::string name = read_authors({field}).value().front().name;
        EXPECT_EQ(name.size(), 300U);
        EXPECT_TRUE(name.ends_with("ä"));
    }
}

TEST(Author, OfAReportMayBeUnreadable) {
    const auto mail = parse(
        "From: MAILER-DAEMON (Mail Delivery System)\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; bob@mail.test\r\nAction: failed\r\nStatus: 5.1.1\r\n");
    ASSERT_TRUE(mail);
    EXPECT_EQ(mail->from.front().addr_spec(), "MAILER-DAEMON");
}

TEST(Author, ANameMayNotSpeakOfAnotherAddress) {
    const auto misleading = [](const std::string& field) {
        return is_name_misleading(read_authors({field}).value().front());
    };
    EXPECT_TRUE(misleading("\"bob@mail.test\" <eve@evil.test>"));
    EXPECT_TRUE(misleading("eve@evil.test (bob@mail.test)"));
    EXPECT_TRUE(misleading("\"Bob <bob@mail.test>\" <eve@evil.test>"));
    EXPECT_TRUE(misleading("=?utf-8?q?bob=40mail.test_=3Cbob=40mail.test=3E?= <eve@evil.test>"));
    EXPECT_TRUE(misleading("\"bob＠mail.test\" <eve@evil.test>"));
    EXPECT_TRUE(misleading("\"bob(at)mail.test\" <eve@evil.test>"));
    EXPECT_FALSE(misleading("\"EVE@evil.test\" <eve@evil.test>"));
    EXPECT_FALSE(misleading("\"Bob @ home\" <bob@mail.test>"));
    EXPECT_FALSE(misleading("\"@bob\" <bob@mail.test>"));
    EXPECT_FALSE(misleading("Bob <bob@mail.test>"));
}

}  // namespace
}  // namespace coi
