// The examples of the RFCs as whole mails, word for word.

#include <gtest/gtest.h>

#include "coi/mail/flowed.h"
#include "coi/mail/header.h"
#include "coi/message.h"

namespace coi {
namespace {

Message parsed(const std::string& mail) {
    auto message = parse(mail);
    EXPECT_TRUE(message) << mail;
    return message ? std::move(*message) : Message();
}

const std::chrono::sys_seconds hello_date{std::chrono::sys_days{std::chrono::year(1997) / 11 / 21} +
                                          std::chrono::hours(15) + std::chrono::minutes(55) + std::chrono::seconds(6)};
const std::string hello = "This is a message just to say hello.\nSo, \"Hello\".";
const std::vector<Address> john{{"John Doe", "jdoe", "machine.example"}}, mary{{"Mary Smith", "mary", "example.net"}};

TEST(Rfc5322AppendixA, Example1_1AMessageFromOnePersonToAnother) {
    const auto mail = parsed(R"(From: John Doe <jdoe@machine.example>
Sender: Michael Jones <mjones@machine.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: Fri, 21 Nov 1997 09:55:06 -0600
Message-ID: <1234@local.machine.example>

This is a message just to say hello.
So, "Hello".
)");
    EXPECT_EQ(mail.from, john);
    EXPECT_EQ(mail.sender, (Address{"Michael Jones", "mjones", "machine.example"}));
    EXPECT_EQ(mail.to, mary);
    EXPECT_EQ(mail.subject, "Saying Hello");
    EXPECT_EQ(mail.date, hello_date);
    EXPECT_EQ(mail.id.value, "1234@local.machine.example");
    EXPECT_EQ(mail.text, hello);
}

TEST(Rfc5322AppendixA, Example1_2DifferentTypesOfMailboxes) {
    const auto mail = parsed(R"(From: "Joe Q. Public" <john.q.public@example.com>
To: Mary Smith <mary@x.test>, jdoe@example.org, Who? <one@y.test>
Cc: <boss@nil.test>, "Giant; \"Big\" Box" <sysservices@example.net>
Date: Tue, 1 Jul 2003 10:52:37 +0200
Message-ID: <5678.21-Nov-1997@example.com>

Hi everyone.
)");
    EXPECT_EQ(mail.from, (std::vector<Address>{{"Joe Q. Public", "john.q.public", "example.com"}}));
    EXPECT_EQ(mail.to, (std::vector<Address>{
                           {"Mary Smith", "mary", "x.test"}, {"", "jdoe", "example.org"}, {"Who?", "one", "y.test"}}));
    EXPECT_EQ(mail.cc,
              (std::vector<Address>{{"", "boss", "nil.test"}, {"Giant; \"Big\" Box", "sysservices", "example.net"}}));
    EXPECT_EQ(mail.id.value, "5678.21-Nov-1997@example.com");
}

TEST(Rfc5322AppendixA, Example1_3GroupAddresses) {
    const auto mail = parsed(R"(From: Pete <pete@silly.example>
To: A Group:Ed Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;
Cc: Undisclosed recipients:;
Date: Thu, 13 Feb 1969 23:32:54 -0330
Message-ID: <testabcd.1234@silly.example>

Testing.
)");
    EXPECT_EQ(mail.to, (std::vector<Address>{
                           {"Ed Jones", "c", "a.test"}, {"", "joe", "where.test"}, {"John", "jdoe", "one.test"}}));
    EXPECT_TRUE(mail.cc.empty());
    EXPECT_EQ(mail.date, std::chrono::sys_days{std::chrono::year(1969) / 2 / 14} + std::chrono::hours(3) +
                             std::chrono::minutes(2) + std::chrono::seconds(54));
}

TEST(Rfc5322AppendixA, Example2ReplyMessages) {
    const auto answer = parsed(R"(From: Mary Smith <mary@example.net>
To: John Doe <jdoe@machine.example>
Reply-To: "Mary Smith: Personal Account" <smith@home.example>
Subject: Re: Saying Hello
Date: Fri, 21 Nov 1997 10:01:10 -0600
Message-ID: <3456@example.net>
In-Reply-To: <1234@local.machine.example>
References: <1234@local.machine.example>

This is a reply to your hello.
)");
    EXPECT_EQ(answer.reply_to, (std::vector<Address>{{"Mary Smith: Personal Account", "smith", "home.example"}}));
    EXPECT_EQ(answer.in_reply_to, (std::vector<MessageId>{{"1234@local.machine.example"}}));
    const auto again = parsed(R"(To: "Mary Smith: Personal Account" <smith@home.example>
From: John Doe <jdoe@machine.example>
Subject: Re: Saying Hello
Date: Fri, 21 Nov 1997 11:00:00 -0600
Message-ID: <abcd.1234@local.machine.test>
In-Reply-To: <3456@example.net>
References: <1234@local.machine.example> <3456@example.net>

This is a reply to your reply.
)");
    EXPECT_EQ(again.references, (std::vector<MessageId>{{"1234@local.machine.example"}, {"3456@example.net"}}));
    EXPECT_EQ(again.in_reply_to, (std::vector<MessageId>{answer.id}));
    EXPECT_EQ(again.to, answer.reply_to);
}

TEST(Rfc5322AppendixA, Example3ResentMessages) {
    const auto mail = parsed(R"(Resent-From: Mary Smith <mary@example.net>
Resent-To: Jane Brown <j-brown@other.example>
Resent-Date: Mon, 24 Nov 1997 14:22:01 -0800
Resent-Message-ID: <78910@example.net>
From: John Doe <jdoe@machine.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: Fri, 21 Nov 1997 09:55:06 -0600
Message-ID: <1234@local.machine.example>

This is a message just to say hello.
So, "Hello".
)");
    EXPECT_EQ(mail.from, john) << "it appears to have come straight from John";
    EXPECT_EQ(mail.to, mary);
    EXPECT_EQ(mail.date, hello_date);
    EXPECT_EQ(mail.id.value, "1234@local.machine.example");
}

TEST(Rfc5322AppendixA, Example4MessagesWithTraceFields) {
    const std::string mail = R"(Received: from x.y.test
   by example.net
   via TCP
   with ESMTP
   id ABC12345
   for <mary@example.net>;  21 Nov 1997 10:05:43 -0600
Received: from node.example by x.y.test; 21 Nov 1997 10:01:22 -0600
From: John Doe <jdoe@node.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: Fri, 21 Nov 1997 09:55:06 -0600
Message-ID: <1234@local.node.example>

This is a message just to say hello.
So, "Hello".
)";
    EXPECT_EQ(parsed(mail).from, (std::vector<Address>{{"John Doe", "jdoe", "node.example"}}));
    EXPECT_EQ(parsed(mail).text, hello);
    const auto hops = raw_fields(mail, "received");
    ASSERT_EQ(hops.size(), 2u);
    EXPECT_TRUE(hops[0].ends_with("for <mary@example.net>;  21 Nov 1997 10:05:43 -0600")) << hops[0];
}

TEST(Rfc5322AppendixA, Example5WhiteSpaceCommentsAndOtherOddities) {
    const auto mail = parsed(R"(From: Pete(A nice \) chap) <pete(his account)@silly.test(his host)>
To:A Group(Some people)
     :Chris Jones <c@(Chris's host.)public.example>,
         joe@example.org,
  John <jdoe@one.test> (my dear friend); (the end of the group)
Cc:(Empty list)(start)Hidden recipients  :(nobody(that I know))  ;
Date: Thu,
      13
        Feb
          1969
      23:32
               -0330 (Newfoundland Time)
Message-ID:              <testabcd.1234@silly.test>

Testing.
)");
    ASSERT_EQ(mail.from.size(), 1u);
    EXPECT_EQ(mail.from[0].addr_spec(), "pete@silly.test");
    ASSERT_EQ(mail.to.size(), 3u);
    EXPECT_EQ(mail.to[0], (Address{"Chris Jones", "c", "public.example"}));
    EXPECT_EQ(mail.to[1].addr_spec(), "joe@example.org");
    EXPECT_EQ(mail.to[2].addr_spec(), "jdoe@one.test");
    EXPECT_TRUE(mail.cc.empty());
    EXPECT_EQ(mail.date, std::chrono::sys_days{std::chrono::year(1969) / 2 / 14} + std::chrono::hours(3) +
                             std::chrono::minutes(2));
    EXPECT_EQ(mail.id.value, "testabcd.1234@silly.test");
    EXPECT_EQ(mail.text, "Testing.");
}

TEST(Rfc5322AppendixA, Example6_1ObsoleteAddressing) {
    const auto mail = parsed(R"(From: Joe Q. Public <john.q.public@example.com>
To: Mary Smith <@node.test:mary@example.net>, , jdoe@test  . example
Date: Tue, 1 Jul 2003 10:52:37 +0200
Message-ID: <5678.21-Nov-1997@example.com>

Hi everyone.
)");
    EXPECT_EQ(mail.from, (std::vector<Address>{{"Joe Q. Public", "john.q.public", "example.com"}}));
    EXPECT_EQ(mail.to, (std::vector<Address>{{"Mary Smith", "mary", "example.net"}, {"", "jdoe", "test.example"}}));
}

TEST(Rfc5322AppendixA, Example6_2ObsoleteDates) {
    const auto mail = parsed(R"(From: John Doe <jdoe@machine.example>
To: Mary Smith <mary@example.net>
Subject: Saying Hello
Date: 21 Nov 97 09:55:06 GMT
Message-ID: <1234@local.machine.example>

This is a message just to say hello.
So, "Hello".
)");
    EXPECT_EQ(mail.date, hello_date - std::chrono::hours(6));
}

TEST(Rfc5322AppendixA, Example6_3ObsoleteWhiteSpaceAndComments) {  // the empty line of the field has two blanks
    const std::string from = "From  : John Doe <jdoe@machine(comment).  example>\n";
    const std::string rest =
        "To    : Mary Smith\n"
        "  \n"
        "          <mary@example.net>\n"
        "Subject     : Saying Hello\n"
        "Date  : Fri, 21 Nov 1997 09(comment):   55  :  06 -0600\n"
        "Message-ID  : <1234   @   local(blah)  .machine .example>\n"
        "\n"
        "This is a message just to say hello.\n"
        "So, \"Hello\".\n";
    EXPECT_FALSE(parse(from + rest)) << "not all programs read the same author here";
    const auto mail = parsed("From  : John Doe <jdoe@machine.example>\n" + rest);
    EXPECT_EQ(mail.from, john);
    EXPECT_EQ(mail.to, mary);
    EXPECT_EQ(mail.subject, "Saying Hello");
    EXPECT_EQ(mail.text, hello);
}

TEST(Rfc2047Section8, ExampleMessageHeaders) {
    const auto first = parsed(R"(From: =?US-ASCII?Q?Keith_Moore?= <moore@cs.utk.edu>
To: =?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>
CC: =?ISO-8859-1?Q?Andr=E9?= Pirard <PIRARD@vm1.ulg.ac.be>
Subject: =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=
 =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=

)");
    EXPECT_EQ(first.from.at(0), (Address{"Keith Moore", "moore", "cs.utk.edu"}));
    EXPECT_EQ(first.to.at(0), (Address{"Keld Jørn Simonsen", "keld", "dkuug.dk"}));
    EXPECT_EQ(first.cc.at(0).name, "André Pirard");
    EXPECT_EQ(first.subject, "If you can read this you understand the example.");
    const auto second = parsed(R"(From: =?ISO-8859-1?Q?Olle_J=E4rnefors?= <ojarnef@admin.kth.se>
To: ietf-822@dimacs.rutgers.edu, ojarnef@admin.kth.se
Subject: Time for ISO 10646?

)");
    EXPECT_EQ(second.from.at(0).name, "Olle Järnefors");
    EXPECT_EQ(second.to.size(), 2u);
    const auto third = parsed(R"(To: Dave Crocker <dcrocker@mordor.stanford.edu>
Cc: ietf-822@dimacs.rutgers.edu, paf@comsol.se
From: =?ISO-8859-1?Q?Patrik_F=E4ltstr=F6m?= <paf@nada.kth.se>
Subject: Re: RFC-HDR care and feeding

)");
    EXPECT_EQ(third.from.at(0).name, "Patrik Fältström");
    const auto fourth = parsed(R"(From: Nathaniel Borenstein <nsb@thumper.bellcore.com>
      (=?iso-8859-8?b?7eXs+SDv4SDp7Oj08A==?=)
To: Greg Vaudreuil <gvaudre@NRI.Reston.VA.US>, Ned Freed
   <ned@innosoft.com>, Keith Moore <moore@cs.utk.edu>
Subject: Test of new header generator
MIME-Version: 1.0
Content-type: text/plain; charset=ISO-8859-1

)");
    EXPECT_EQ(fourth.from.at(0), (Address{"Nathaniel Borenstein", "nsb", "thumper.bellcore.com"}));
    EXPECT_EQ(fourth.to.at(1), (Address{"Ned Freed", "ned", "innosoft.com"}));
}

TEST(Rfc2047Section8, ExampleEncodedForms) {
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?=)"), "(a)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?= b)"), "(a b)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)"), "(ab)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)"), "(ab)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?=\r\n       =?ISO-8859-1?Q?b?=)"), "(ab)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a_b?=)"), "(a b)");
    EXPECT_EQ(decode_header("(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)"), "(a b)");
}

TEST(Rfc2231Section5, ExampleOfALanguage) {
    EXPECT_EQ(parsed("From: =?US-ASCII*EN?Q?Keith_Moore?= <moore@cs.utk.edu>\n\n").from.at(0),
              (Address{"Keith Moore", "moore", "cs.utk.edu"}));
}

TEST(Rfc3676Section4_7, ExampleOfThreeParagraphs) {
    EXPECT_EQ(decode_flowed("`Take some more tea,' the March Hare said to Alice, very \n"
                            "earnestly.\n"
                            "\n"
                            "`I've had nothing yet,' Alice replied in an offended tone, `so \n"
                            "I can't take more.'\n"
                            "\n"
                            "`You mean you can't take LESS,' said the Hatter: `it's very \n"
                            "easy to take MORE than nothing.'",
                            false),
              "`Take some more tea,' the March Hare said to Alice, very earnestly.\n\n"
              "`I've had nothing yet,' Alice replied in an offended tone, `so I can't take more.'\n\n"
              "`You mean you can't take LESS,' said the Hatter: `it's very easy to take MORE than nothing.'");
}

TEST(Rfc3676Section4_7, ExampleOfQuoting) {
    EXPECT_EQ(decode_flowed(">>>Take some more tea.\n"
                            ">>I've had nothing yet, so I can't take more.\n"
                            ">You mean you can't take LESS, it's very easy to take \n"
                            ">MORE than nothing.",
                            false),
              ">>> Take some more tea.\n"
              ">> I've had nothing yet, so I can't take more.\n"
              "> You mean you can't take LESS, it's very easy to take MORE than nothing.");
}

TEST(Rfc8098Section9, ExampleOfADisplayedMessage) {
    const auto mail = parsed(R"(Date: Wed, 20 Sep 1995 00:19:00 (EDT) -0400
From: Joe Recipient <Joe_Recipient@example.com>
Message-Id: <199509200019.12345@example.com>
Subject: Disposition notification
To: Jane Sender <Jane_Sender@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=disposition-notification;
   boundary="RAA14128.773615765/example.com"

--RAA14128.773615765/example.com

The message sent on 1995 Sep 19 at 13:30:00 (EDT) -0400 to Joe
Recipient <Joe_Recipient@example.com> with subject "First draft of
report" has been displayed.
This is no guarantee that the message has been read or understood.

--RAA14128.773615765/example.com
Content-Type: message/disposition-notification

Reporting-UA: joes-pc.cs.example.com; Foomail 97.1
Original-Recipient: rfc822;Joe_Recipient@example.com
Final-Recipient: rfc822;Joe_Recipient@example.com
Original-Message-ID: <199509192301.23456@example.org>
Disposition: manual-action/MDN-sent-manually; displayed

--RAA14128.773615765/example.com
Content-Type: message/rfc822

[original message optionally goes here]

--RAA14128.773615765/example.com--
)");
    ASSERT_TRUE(mail.mdn);
    EXPECT_EQ(*mail.mdn, (Mdn{{"199509192301.23456@example.org"}, true}));
    EXPECT_TRUE(mail.text.ends_with("This is no guarantee that the message has been read or understood."));
}

TEST(Rfc3464AppendixE, ExampleSimpleDsn) {  // its header has lost its line ends in the RFC
    const auto mail = parsed(R"(Date: Thu, 7 Jul 1994 17:16:05 -0400
From: Mail Delivery Subsystem <MAILER-DAEMON@CS.UTK.EDU>
Message-Id: <199407072116.RAA14128@CS.UTK.EDU>
Subject: Returned mail: Cannot send message for 5 days
To: <owner-info-mime@cs.utk.edu>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
       boundary="RAA14128.773615765/CS.UTK.EDU"

--RAA14128.773615765/CS.UTK.EDU

The original message was received at Sat, 2 Jul 1994 17:10:28 -0400
from root@localhost

    ----- The following addresses had delivery problems -----
<louisl@larry.slip.umd.edu>  (unrecoverable error)

----- Transcript of session follows -----
<louisl@larry.slip.umd.edu>... Deferred: Connection timed out
            with larry.slip.umd.edu.
Message could not be delivered for 5 days
Message will be deleted from queue

--RAA14128.773615765/CS.UTK.EDU
content-type: message/delivery-status

Reporting-MTA: dns; cs.utk.edu

Original-Recipient: rfc822;louisl@larry.slip.umd.edu
Final-Recipient: rfc822;louisl@larry.slip.umd.edu
Action: failed
Status: 4.0.0
Diagnostic-Code: smtp; 426 connection timed out
Last-Attempt-Date: Thu, 7 Jul 1994 17:15:49 -0400

--RAA14128.773615765/CS.UTK.EDU
content-type: message/rfc822

[original message goes here]

--RAA14128.773615765/CS.UTK.EDU--
)");
    ASSERT_TRUE(mail.dsn);
    EXPECT_EQ(mail.dsn->recipients, (std::vector<Dsn::Recipient>{{"louisl@larry.slip.umd.edu", Dsn::Action::failed,
                                                                  "4.0.0", "426 connection timed out"}}));
}

TEST(Rfc3464AppendixE, ExampleMultiRecipientDsn) {
    const auto dsn = parse_dsn(R"(Reporting-MTA: dns; cs.utk.edu

Original-Recipient: rfc822;arathib@vnet.ibm.com
Final-Recipient: rfc822;arathib@vnet.ibm.com
Action: failed
Status: 5.0.0 (permanent failure)
Diagnostic-Code: smtp;  550 'arathib@vnet.IBM.COM' is not a
 registered gateway user
Remote-MTA: dns; vnet.ibm.com

Original-Recipient: rfc822;johnh@hpnjld.njd.hp.com
Final-Recipient: rfc822;johnh@hpnjld.njd.hp.com
Action: delayed
Status: 4.0.0 (hpnjld.njd.jp.com: host name lookup failure)

Original-Recipient: rfc822;wsnell@sdcc13.ucsd.edu
Final-Recipient: rfc822;wsnell@sdcc13.ucsd.edu
Action: failed
Status: 5.0.0
Diagnostic-Code: smtp; 550 user unknown
Remote-MTA: dns; sdcc13.ucsd.edu
)");
    ASSERT_TRUE(dsn);
    EXPECT_EQ(dsn->recipients, (std::vector<Dsn::Recipient>{
                                   {"arathib@vnet.ibm.com", Dsn::Action::failed, "5.0.0",
                                    "550 'arathib@vnet.IBM.COM' is not a registered gateway user"},
                                   {"johnh@hpnjld.njd.hp.com", Dsn::Action::delayed, "4.0.0", ""},
                                   {"wsnell@sdcc13.ucsd.edu", Dsn::Action::failed, "5.0.0", "550 user unknown"}}));
}

TEST(Rfc3464AppendixE, ExampleDsnFromGatewayToForeignSystem) {
    const auto dsn = parse_dsn(R"(Reporting-MTA: mailbus; SYS30

Final-Recipient: unknown; nair_s
Status: 5.0.0 (unknown permanent failure)
Action: failed
)");
    ASSERT_TRUE(dsn);
    EXPECT_EQ(dsn->recipients, (std::vector<Dsn::Recipient>{{"nair_s", Dsn::Action::failed, "5.0.0", ""}}));
}

TEST(Rfc3464AppendixE, ExampleDelayedDsn) {
    const auto dsn = parse_dsn(R"(Reporting-MTA: dns; sun2.nsfnet-relay.ac.uk

Final-Recipient: rfc822;thomas@de-montfort.ac.uk
Status: 4.0.0 (unknown temporary failure)
Action: delayed
)");
    ASSERT_TRUE(dsn);
    EXPECT_EQ(dsn->recipients,
              (std::vector<Dsn::Recipient>{{"thomas@de-montfort.ac.uk", Dsn::Action::delayed, "4.0.0", ""}}));
}

TEST(Rfc9078Section5_1, ExampleMessage) {  // with the character that the RFC writes as {U+1F44D}
    const auto mail = parsed(R"(To: author@example.com
From: recipient@example.org
Date: Today, 29 February 2021 00:00:10 -800
Message-ID: 56789@example.org
In-Reply-To: 12345@example.com
Subject: Meeting
Mime-Version: 1.0 (1.0)
Content-Type: text/plain; charset=utf-8
Content-Disposition: reaction

👍
)");
    EXPECT_EQ(mail.header("content-disposition"), "reaction");
    EXPECT_EQ(mail.text, "👍");
    EXPECT_EQ(mail.in_reply_to, (std::vector<MessageId>{{"12345@example.com"}}));
}

}  // namespace
}  // namespace coi
