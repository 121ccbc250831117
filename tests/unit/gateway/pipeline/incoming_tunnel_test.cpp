// OTR messages and marks of the tunnel in arriving mail (gateway/encryption/otr_tunnel).

#include "gateway/pipeline/incoming.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/store/sqlite/contacts.h"
#include "tests/unit/gateway/pipeline/incoming_play.h"
#include "xmpp/wire.h"

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct IncomingTunnelTest : IncomingPlay {
    inline static const std::string marked = "Chat-Version: 1.0\r\nChat-Otr-Tunnel: ";
    std::vector<std::string> told;
    Decrypted opened{};

    IncomingTunnelTest() {
        peers.on_words = [this](const std::string& text) { told.push_back(text); };
        peers.opened = [this](coi::Message mail) {
            Decrypted decrypted = opened;
            decrypted.mail = std::move(mail);
            return decrypted;
        };
    }
    DeliveryResult comes(IncomingMail arriving) {
        std::optional<DeliveryResult> verdict;
        incoming.take(std::move(arriving), [&](DeliveryResult v) { verdict = std::move(v); });
        for (int i = 0; i < 3; ++i) loop.flush(store);
        return verdict.value_or(DeliveryResult{DeliveryResult::Kind::open, ""});
    }
    IncomingMail proven(const std::string& bytes) {
        auto arriving = arrival(bytes);
        arriving.is_author_proven = true;
        return arriving;
    }
    static std::string otr(const std::string& id, const std::string& more = "") {
        return mail(id,
                    "Chat-Version: 1.0\r\nChat-Content: org.coigate.otr\r\n" + more +
                        "Content-Type: multipart/mixed; boundary=b\r\nMIME-Version: 1.0\r\n",
                    "--b\r\nContent-Type: text/plain\r\n\r\nWords\r\n--b\r\nContent-Type: "
                    "application/x-otr\r\n\r\n?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.\r\n--b--");
    }
    const coi::Address bobs{"", "bob", "example.net"};
    const Contact& bob() { return directory.add(alice, bobs); }
    void bob(const std::function<void(Contact&)>& change) { directory.change(alice, bobs, change); }
    /// What the store has of Bob, after a kill at this moment.
    Privacy stored() {
        return ask<std::vector<Contact>>([](Database& db) { return accounts::contacts(db); }).at(0).privacy;
    }
};

TEST_F(IncomingTunnelTest, a_mark_counts_if_its_writer_is_proven) {
    using coi::openpgp::Signature;
    EXPECT_EQ(comes(arrival(mail("1@x", marked + "on\r\n"))).kind, Kind::taken);
    EXPECT_FALSE(bob().privacy.tunnel_offered) << "anybody can write that";
    for (const auto signature : {Signature::none, Signature::unknown, Signature::bad}) {
        opened.protection = {true, signature, "AB", {}};
        opened.author = {true, signature, "AB"};
        comes(proven(mail("2" + std::to_string(int(signature)) + "@x", marked + "on\r\n")));
        EXPECT_FALSE(bob().privacy.tunnel_offered) << "the inside is not the server's to vouch for";
    }
    opened.protection = {true, Signature::good, "AB", {}};
    opened.author = {true, Signature::good, "AB"};
    opened.counted = "CD";
    comes(arrival(mail("4@x", marked + "on\r\n")));
    EXPECT_FALSE(bob().privacy.tunnel_offered) << "a key that came just now";
    EXPECT_THAT(told, IsEmpty());
    opened.counted = "AB";
    comes(arrival(mail("5@x", marked + "on\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered && stored().tunnel_offered);
    EXPECT_THAT(told, ElementsAre(HasSubstr("otr bob@example.net tunnel on")));
    opened = {};
    comes(arrival(mail("6@x", marked + "off\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered) << "nor is it switched off by anybody";
    comes(proven(mail("7@x", "Chat-Version: 1.0\r\n")));
    EXPECT_TRUE(bob().privacy.tunnel_offered) << "another program of Bob's says nothing of it";
    comes(proven(mail("8@x", marked + "off\r\n")));
    EXPECT_FALSE(bob().privacy.tunnel_offered || stored().tunnel_offered);
    EXPECT_EQ(told.size(), 1u) << "what was not taken is not missed";
}

TEST_F(IncomingTunnelTest, the_user_hears_of_the_other_sides_switch) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    comes(proven(mail("1@x", marked + "on\r\n")));
    comes(proven(mail("2@x", marked + "on\r\n")));
    comes(proven(mail("3@x", marked + "off\r\n")));
    EXPECT_THAT(told, ElementsAre(HasSubstr("Start OTR"), HasSubstr("no OTR is passed on any more")));
}

TEST_F(IncomingTunnelTest, an_OTR_message_becomes_a_stanza_with_its_hints) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes(proven(otr("1@x", "Chat-Otr-Tunnel: on\r\n"))).kind, Kind::taken) << "it brings the mark itself";
    EXPECT_EQ(comes(arrival(otr("2@x"))).kind, Kind::taken);
    ASSERT_EQ(committed.size(), 2u);
    EXPECT_EQ(body(committed[1]), "?OTR:AAMDAAABAQAAAgIlgNs2kexHov1Ys=.");
    for (const char* hint : {"urn:xmpp:otr:0", "no-permanent-store", "no-copy", "private"})
        EXPECT_THAT(committed[1].payload, HasSubstr(hint));
    EXPECT_THAT(committed[1].payload, Not(HasSubstr("Words")));
    EXPECT_EQ(comes(arrival(otr("2@x"))).kind, Kind::duplicate);
}

TEST_F(IncomingTunnelTest, where_it_does_not_stand_nothing_of_OTR_is_shown_and_the_reader_is_told_once) {
    EXPECT_EQ(comes(arrival(otr("1@x"))).kind, Kind::declined);
    EXPECT_THAT(told, IsEmpty()) << "a stranger's";
    bob([&](Contact& contact) { contact.written_to = true; });
    auto by_lmtp = arrival(otr("2@x"));
    by_lmtp.wait_for_verdict = true;
    EXPECT_THAT(comes(by_lmtp).reason, HasSubstr("has not switched OTR end to end on")) << "for its sender";
    EXPECT_EQ(comes(arrival(otr("3@x"))).kind, Kind::declined);
    EXPECT_THAT(told, ElementsAre(HasSubstr("otr bob@example.net tunnel on")));
    EXPECT_TRUE(stored().tunnel_refused);
    told.clear();
    bob([&](Contact& contact) { contact.privacy = {}; });
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes(arrival(otr("4@x", "Chat-Otr-Tunnel: on\r\n"))).kind, Kind::declined) << "not proven";
    EXPECT_THAT(told, ElementsAre(HasSubstr("nothing has proven yet")));
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    peers.is_passed = false;
    EXPECT_EQ(comes(arrival(otr("5@x"))).kind, Kind::declined);
    EXPECT_THAT(committed, IsEmpty());
}

TEST_F(IncomingTunnelTest, an_OTR_message_that_overtook_the_one_before_it_waits) {
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    bob([&](Contact& contact) { contact.privacy.tunnel_offered = true; });
    const auto comes_after = [&](const std::string& id, const std::string& before, const std::string& date) {
        auto arriving =
            arrival(otr(id, "References: <chat$0@x> <" + before +
                                "> <chat$other@x>\r\nIn-Reply-To: <chat$other@x>\r\nDate: " + date + "\r\n"));
        arriving.may_wait = true;
        return comes(arriving).kind;
    };
    const std::string now = "Mon, 1 Jun 2026 00:00:00 +0000";
    EXPECT_EQ(comes_after("chat$2@x", "chat$1@x", now), Kind::early);
    EXPECT_EQ(comes(arrival(otr("chat$1@x"))).kind, Kind::taken);
    EXPECT_EQ(comes_after("chat$2@x", "chat$1@x", now), Kind::taken);
    EXPECT_EQ(comes_after("chat$4@x", "chat$3@x", "Sun, 31 May 2026 22:59:00 +0000"), Kind::taken)
        << "what is lost is lost";
    auto by_imap = arrival(otr("chat$6@x", "References: <chat$5@x>\r\nDate: " + now + "\r\n"));
    EXPECT_EQ(comes(by_imap).kind, Kind::taken) << "the folder's order is all there is";
    auto text = arrival(mail("chat$8@x", marked + "on\r\nReferences: <chat$7@x>\r\nDate: " + now + "\r\n"));
    text.may_wait = true;
    EXPECT_EQ(comes(text).kind, Kind::taken);
    bob([&](Contact& contact) { contact.written_to = true; });
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::off; });
    EXPECT_EQ(comes(arrival(otr("chat$9@x"))).kind, Kind::declined);
    bob([&](Contact& contact) { contact.privacy.tunnel = Tunnel::on; });
    EXPECT_EQ(comes_after("chat$10@x", "chat$9@x", now), Kind::taken) << "nobody waits for what was refused";
}

}  // namespace
}  // namespace gateway
