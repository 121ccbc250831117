// What the account's owner wrote with another program: shown once, in the chat with its reader; nothing that anybody
// could have written is shown as theirs.

#include "gateway/pipeline/own_mail.h"

#include <gmock/gmock.h>

#include "gateway/accounts/blocking.h"
#include "gateway/model/stanza_id.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* bob = "bob\\40example.net@coi.jabber.example";

struct OwnMailTest : IncomingPlay {
    static std::string own(const std::string& id, const std::string& text = "Hi Bob",
                           const std::string& headers = "Chat-Version: 1.0\r\n",
                           const std::string& to = "bob@example.net") {
        return "From: Alice <alice@example.org>\r\nTo: " + to + "\r\nMessage-ID: <" + id + ">\r\n" + headers + "\r\n" +
               text + "\r\n";
    }
    std::optional<DeliveryResult> filed(const std::string& bytes, std::uint32_t uid_next = 0) {
        IncomingMail mail = arrival(bytes);
        mail.is_filed_as_sent = true;
        if (uid_next != 0) mail.cursor = Cursor{"Sent", 7, uid_next};
        return take(std::move(mail));
    }
    std::vector<Cursor> cursors() {
        return ask<std::vector<Cursor>>([&](Database& db) { return accounts::cursors(db, alice); });
    }
    Contact contact() { return directory.known_or_new(alice, {"", "bob", "example.net"}); }
};

TEST_F(OwnMailTest, WhatIsFiledAsSentGoesFromTheUserToTheContact) {
    EXPECT_EQ(filed(own("x@example.org"), 4)->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    const auto& entry = committed[0];
    EXPECT_EQ(entry.from, "alice@jabber.example");
    EXPECT_EQ(entry.to, bob);
    EXPECT_EQ(entry.contact, "bob@example.net");
    const auto stanza = xmpp::parse_stanza(entry.payload);
    EXPECT_EQ(xmpp::attribute(*stanza, "from"), "alice@jabber.example");
    EXPECT_EQ(xmpp::attribute(*stanza, "to"), bob);
    EXPECT_EQ(body(entry), "Hi Bob");
    EXPECT_TRUE(is_own_message(*stanza));
    const auto told = xmpp::parse_stanza(entry.beside);
    EXPECT_EQ(xmpp::attribute(*told, "from"), bob);
    EXPECT_EQ(xmpp::attribute(*told, "to"), "alice@jabber.example");
    EXPECT_EQ(xmpp::body_of(*told)->cdata(), "⟦You, with another program:⟧\nHi Bob");
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 4}));
    EXPECT_EQ(contact().last_out.value, "x@example.org") << "the next message continues it";
    EXPECT_TRUE(contact().written_to);
}

TEST_F(OwnMailTest, OnceOnlyInWhateverFolderItLies) {
    EXPECT_EQ(filed(own("x@example.org"))->kind, Kind::taken);
    EXPECT_EQ(filed(own("x@example.org"), 5)->kind, Kind::duplicate);
    EXPECT_EQ(take(own("x@example.org")), Kind::duplicate) << "a copy to oneself";
    EXPECT_THAT(committed, SizeIs(1));
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 5}));
}

TEST_F(OwnMailTest, WhatTheGatewaySentItselfIsNotShown) {
    sent("ours@example.org");
    EXPECT_EQ(filed(own("ours@example.org"), 5)->kind, Kind::duplicate);
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 5}));
}

TEST_F(OwnMailTest, ACopyWhoseMessageIdAServerHasReplacedIsNothingNew) {
    const std::string at = "Chat-Version: 1.0\r\nDate: Mon, 1 Jun 2026 12:00:0";
    EXPECT_EQ(filed(own("x@example.org", "Hi Bob", at + "1 +0000\r\n"))->kind, Kind::taken);
    EXPECT_EQ(filed(own("x@rewritten.example", "Hi Bob", at + "1 +0000\r\n"), 5)->kind, Kind::duplicate);
    EXPECT_EQ(take(own("y@rewritten.example", "Hi Bob", at + "1 +0000\r\n")), Kind::duplicate) << "a copy to oneself";
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 5}));
    EXPECT_EQ(filed(own("2@example.org", "Hi Bob", at + "2 +0000\r\n"))->kind, Kind::taken) << "said once more";
    EXPECT_EQ(filed(own("3@example.org", "Hello Bob", at + "1 +0000\r\n"))->kind, Kind::taken);
    EXPECT_EQ(filed(own("4@example.org", "Hi Bob", at + "1 +0000\r\n", "carol@example.net"))->kind, Kind::taken);
    EXPECT_THAT(committed, SizeIs(4));
}

TEST_F(OwnMailTest, SoIsACopyOfWhatTheGatewaySentItself) {
    const std::string headers = "Chat-Version: 1.0\r\nDate: Mon, 1 Jun 2026 12:00:01 +0000\r\n";
    ids::Known known{
        alice, "bob@example.net", {"ours@example.org"}, {"client-1"}, true, "alice@jabber.example/phone", "", false,
        time};
    known.fingerprint =
        print_sent_here(arrival(own("x@x", "Hi\r\n  Bob", headers)).mail, known.contact, false, store.seal());
    Transactions(store).now([&](Database& db) { ids::remember(db, known); });
    EXPECT_EQ(filed(own("x@rewritten.example", "Hi Bob", headers), 5)->kind, Kind::duplicate);
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_EQ(filed(own("y@example.org", "Hello", headers))->kind, Kind::taken) << "said in the same second elsewhere";
}

TEST_F(OwnMailTest, ACopyThatProvesNothingHoldsBackNoneThatDoes) {
    const std::string headers = "Chat-Version: 1.0\r\nDate: Mon, 1 Jun 2026 12:00:01 +0000\r\n";
    EXPECT_EQ(take(own("x@rewritten.example", "Hi Bob", headers)), Kind::taken);
    EXPECT_EQ(filed(own("x@example.org", "Hi Bob", headers))->kind, Kind::taken);
    EXPECT_THAT(committed, SizeIs(1)) << "it is not shown again";
    EXPECT_TRUE(knows("x@example.org"));
}

TEST_F(OwnMailTest, WhatWasSentLongAgoIsNoNews) {
    const std::string headers = "Chat-Version: 1.0\r\nDate: Mon, 1 Jan 2018 12:00:01 +0000\r\n";
    EXPECT_EQ(filed(own("x@example.org", "Hi Bob", headers), 5)->kind, Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 5}));
}

TEST_F(OwnMailTest, ACopyThatNothingProvesIsNoMessageOfTheUser) {
    EXPECT_EQ(take(own("x@example.org")), Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(committed[0].from, bob);
    EXPECT_EQ(committed[0].to, "alice@jabber.example");
    EXPECT_EQ(body(committed[0]), "⟦Under your address, and nothing proves that it was you:⟧\nHi Bob");
    EXPECT_FALSE(contact().written_to) << "it teaches nothing";
    EXPECT_FALSE(knows("x@example.org")) << "nobody's answer to it is admitted";
    EXPECT_EQ(take(own("x@example.org")), Kind::duplicate);
    EXPECT_EQ(filed(own("x@example.org"))->kind, Kind::taken);
    EXPECT_THAT(committed, SizeIs(1)) << "it is not shown again";
    EXPECT_TRUE(contact().written_to);
    EXPECT_TRUE(knows("x@example.org"));
}

TEST_F(OwnMailTest, WhatTheMailSystemDeliveredToTheFolderOfSentMailProvesNothing) {
    for (const char* field : {"Delivered-To", "X-Delivered-To", "Envelope-To"}) {
        const std::string headers = "Chat-Version: 1.0\r\n" + std::string(field) + ": alice+Sent@example.org\r\n";
        EXPECT_EQ(filed(own(std::string(field) + "@example.org", "I quit", headers))->kind, Kind::taken);
        EXPECT_EQ(committed.back().from, bob) << field;
    }
    EXPECT_EQ(body(committed.back()), "⟦Under your address, and nothing proves that it was you:⟧\nI quit");
}

TEST_F(OwnMailTest, WhomTheUserHasBlockedCannotWriteUnderTheUsersAddress) {
    blocking::set(directory, *directory.find(alice), {"", "bob", "example.net"}, true, [](const Store::Failure&) {});
    EXPECT_EQ(take(own("x@example.org")), Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_EQ(filed(own("y@example.org"))->kind, Kind::taken) << "what the user wrote is shown";
}

TEST_F(OwnMailTest, WhereTheUserIsJustNowIsNotShown) {
    const std::string position =
        "Chat-Version: 1.0\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n";
    const std::string text =
        "--b\r\n\r\n\r\n--b\r\nContent-Type: application/vnd.google-earth.kml+xml\r\n"
        "Content-Disposition: attachment; filename=";
    const std::string kml = "\r\n\r\n<kml><Placemark><coordinates>2,1</coordinates></Placemark></kml>\r\n--b--";
    EXPECT_EQ(filed(own("1@x", text + "location.kml" + kml, position))->kind, Kind::silent);
    EXPECT_EQ(filed(own("2@x", text + "message.kml" + kml, position))->kind, Kind::taken) << "a place that was chosen";
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(body(committed[0]), "geo:1,2");
}

TEST_F(OwnMailTest, TheAccountsOwnKeyProvesACopy) {
    peers.opened = [](coi::Message mail) {
        Decrypted opened{.mail = std::move(mail)};
        opened.is_own_key = true;
        return opened;
    };
    EXPECT_EQ(take(own("x@example.org")), Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(committed[0].from, "alice@jabber.example");
}

TEST_F(OwnMailTest, WhatCannotBeReadIsShownAsSuch) {
    peers.opened = [](coi::Message mail) {
        mail.encrypted = true;
        mail.text.clear();
        return Decrypted{.mail = std::move(mail), .unread = DecryptFailure::another_key};
    };
    EXPECT_EQ(filed(own("x@example.org"))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_THAT(body(committed[0]), HasSubstr("This message is encrypted and cannot be read here."));
}

TEST_F(OwnMailTest, TheSameMailBecomesChatAsInTheOtherDirection) {
    EXPECT_EQ(filed(own("x1@example.org", "An offer", "Subject: Offer\r\n"))->kind, Kind::declined);
    directory.change(alice, {"", "bob", "example.net"}, [](Contact& known) { known.written_to = true; });
    EXPECT_EQ(filed(own("x2@example.org", "An offer", "Subject: Offer\r\n"))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(body(committed[0]), "Offer – An offer");
    EXPECT_EQ(filed(own("x3@example.org", "Another", "Subject: Re: Offer\r\n"))->kind, Kind::taken);
    EXPECT_EQ(body(committed.at(1)), "Another");
}

TEST_F(OwnMailTest, MailToOneselfToSeveralOrToAGroupIsNotShown) {
    const std::string chat = "Chat-Version: 1.0\r\n";
    EXPECT_EQ(filed(own("x1@example.org", "Note", chat, "alice@example.org"))->kind, Kind::declined);
    EXPECT_EQ(filed(own("x2@example.org", "All", chat, "bob@example.net, carol@example.net"))->kind, Kind::declined);
    EXPECT_EQ(filed(own("x3@example.org", "All", chat + "Chat-Group-ID: abc\r\nChat-Group-Name: Us\r\n"))->kind,
              Kind::declined);
    EXPECT_EQ(filed(own("x4@example.org", "Hi", chat + "Cc: Alice <alice@example.org>\r\n"))->kind, Kind::taken)
        << "a copy to oneself";
    EXPECT_THAT(committed, SizeIs(1));
}

TEST_F(OwnMailTest, WhatWasSentUnderAnotherAddressIsNobodysMessage) {
    EXPECT_EQ(filed(mail("x@example.org"), 5)->kind, Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
    EXPECT_THAT(cursors(), ElementsAre(Cursor{"Sent", 7, 5}));
}

TEST_F(OwnMailTest, AnEditNamesTheMessageThatIsShown) {
    filed(own("chat$1@example.org", "Helo"));
    const std::string edit = "Chat-Version: 1.0\r\nChat-Content: editrequest\r\nIn-Reply-To: <chat$1@example.org>\r\n";
    EXPECT_EQ(filed(own("chat$2@example.org", "Hello", edit))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(2));
    EXPECT_THAT(committed[1].payload,
                HasSubstr("<replace xmlns='urn:xmpp:message-correct:0' id='" + committed[0].name + "'/>"));
    EXPECT_THAT(committed[1].beside, Not(HasSubstr("<replace")));
}

TEST_F(OwnMailTest, ARetractionOfTheUsersOwnMessageHasNoTextInTheContactsName) {
    filed(own("chat$1@example.org", "Oops"));
    const std::string gone =
        "Chat-Version: 1.0\r\nChat-Content: deleterequest\r\nIn-Reply-To: <chat$1@example.org>\r\n";
    EXPECT_EQ(filed(own("chat$2@example.org", "(deleted)", gone))->kind, Kind::taken);
    ASSERT_THAT(committed, SizeIs(2));
    EXPECT_THAT(committed[1].payload, HasSubstr("id='" + committed[0].name + "'"));
    EXPECT_EQ(committed[1].beside, "");
}

TEST_F(OwnMailTest, ARelayAccountHasNoOtherPrograms) {
    alice = save(IncomingFilter::all, Account::Kind::relay);
    EXPECT_EQ(take(own("x@example.org")), Kind::declined);
}

}  // namespace
}  // namespace gateway
