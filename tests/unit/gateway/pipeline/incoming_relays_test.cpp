// Mail from another address of a contact is the contact's; what the mail system says of that address is not said of
// them.

#include <gmock/gmock.h>

#include "gateway/accounts/blocking.h"
#include "gateway/store/sqlite/keys.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::HasSubstr;

struct IncomingRelaysTest : IncomingPlay {
    const coi::Address bob{"Bob", "bob", "example.net"};
    PeerKeyUpdate news;

    IncomingRelaysTest() {
        directory.change(alice, bob, [](Contact& changed) { changed.written_to = true; });
        peers.opened = [this](coi::Message mail) {
            Decrypted opened{.mail = std::move(mail)};
            opened.is_relayed = opened.mail.from.front().domain == "other.example";
            if (opened.is_relayed) opened.mail.from.front().domain = "example.net";
            opened.protection.encrypted = true;
            opened.protection.signature = coi::openpgp::Signature::good;
            opened.author = {true, coi::openpgp::Signature::good, "B0", false};
            opened.counted = "B0";
            opened.key_update = news;
            opened.key_update->contact = bob.canonical();
            return opened;
        };
    }
    IncomingMail from_other(const std::string& id) {
        return arrival(mail(id, "Chat-Version: 1.0\r\n", "Hi", "Bob <bob@other.example>"));
    }
};

TEST_F(IncomingRelaysTest, it_is_shown_as_the_contacts_by_their_one_jid) {
    EXPECT_EQ(take(from_other("1@x")).value().kind, Kind::taken);
    ASSERT_EQ(committed.size(), 1u);
    EXPECT_EQ(committed.at(0).contact, "bob@example.net");
    EXPECT_THAT(committed.at(0).payload, HasSubstr("bob\\40example.net@coi.jabber.example"));
    EXPECT_EQ(directory.contact(alice, "bob@other.example"), nullptr);
    EXPECT_EQ(directory.contact(alice, bob.canonical())->address, bob);
}

TEST_F(IncomingRelaysTest, the_mail_system_vouches_for_the_other_address_only) {
    IncomingMail arriving = from_other("1@x");
    arriving.is_author_proven = true;
    EXPECT_EQ(take(std::move(arriving)).value().kind, Kind::taken);
    EXPECT_FALSE(directory.contact(alice, bob.canonical())->privacy.authenticated);
    IncomingMail own = arrival(mail("2@x"));
    own.is_author_proven = true;
    EXPECT_EQ(take(std::move(own)).value().kind, Kind::taken);
    EXPECT_TRUE(directory.contact(alice, bob.canonical())->privacy.authenticated);
}

TEST_F(IncomingRelaysTest, when_they_wrote_last_is_known) {
    take(arrival(mail("1@x", "Chat-Version: 1.0\r\nDate: Fri, 1 May 2026 10:00:00 +0000\r\n")));
    EXPECT_EQ(directory.contact(alice, bob.canonical())->heard,
              std::chrono::sys_days(std::chrono::year(2026) / 5 / 1) + std::chrono::hours(10));
    take(arrival(mail("2@x", "Chat-Version: 1.0\r\nDate: Fri, 1 May 2099 10:00:00 +0000\r\n")));
    EXPECT_EQ(directory.contact(alice, bob.canonical())->heard, time) << "no clock of theirs puts it into the future";
    release();
    EXPECT_EQ(directory.contact(alice, bob.canonical())->heard, time);
}

TEST_F(IncomingRelaysTest, whoever_is_blocked_has_no_other_address) {
    blocking::set(directory, *directory.find(alice), bob, true, [](const Store::Failure&) {});
    loop.flush(store);
    EXPECT_EQ(take(from_other("1@x")).value().kind, Kind::declined);
    EXPECT_TRUE(committed.empty());
}

/// The form in which chatmail core tells of a new key.
TEST_F(IncomingRelaysTest, a_new_copy_of_a_key_in_a_report_of_nothing_is_learnt_in_silence) {
    coi::autocrypt::Peer peer;
    peer.key = "older copy";
    peer.fingerprint = "B0";
    ask<bool>([&](Database& db) {
        keys::save(db, alice, bob.canonical(), peer);
        return true;
    });
    news.merged_with = "older copy";
    news.seen.is_report = true;
    news.seen.header = coi::autocrypt::Header{bob, true, "newer copy"};
    news.seen.info.emplace().fingerprint = "B0";
    news.seen.info->can_encrypt = true;
    news.seen.info->relays = {{"", "bob", "other.example"}};
    const std::string report =
        mail("1@x", "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n",
             "--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: "
             "manual-action/MDN-sent-automatically; processed\r\n\r\n--b--");
    IncomingMail arriving = arrival(report);
    arriving.cursor = Cursor{"INBOX", 7, 2};
    EXPECT_EQ(take(std::move(arriving)).value().kind, Kind::silent);
    EXPECT_TRUE(committed.empty());
    EXPECT_EQ(ask<coi::autocrypt::Peer>([&](Database& db) { return keys::peer(db, alice, bob.canonical()); }).key,
              "newer copy");
    const Contact* known = directory.contact(alice, bob.canonical());
    ASSERT_EQ(known->relays.all.size(), 1u);
    EXPECT_EQ(directory.listing(alice, "bob@other.example"), std::vector{known});
}

TEST_F(IncomingRelaysTest, what_is_listed_is_there_again_after_the_contacts_were_released) {
    news.seen.header = coi::autocrypt::Header{bob, true, "a key"};
    news.seen.info.emplace().fingerprint = "B0";
    news.seen.info->can_encrypt = true;
    news.seen.info->relays = {{"", "bob", "other.example"}};
    EXPECT_EQ(take(arrival(mail("1@x"))).value().kind, Kind::taken);
    const Relays before = directory.contact(alice, bob.canonical())->relays;
    ASSERT_EQ(before.all.size(), 1u);
    release();
    EXPECT_EQ(directory.contact(alice, bob.canonical())->relays, before);
    EXPECT_EQ(directory.listing(alice, "bob@other.example").size(), 1u);
    directory.remove_contact(alice, bob.canonical());
    EXPECT_TRUE(directory.listing(alice, "bob@other.example").empty());
}

}  // namespace
}  // namespace gateway
