// A store that an older version wrote, full of everything, is opened and brought up to date: all of it is there.
//
// schema_5.sql is a store of 0.1.0, schema_11.sql a later one with the same content and more (`has_newer()`); each says
// at its top how it was made. A new step of the schema needs no new store here, only lines that look for what the step
// changes; a version that is released does.

#include "gateway/store/sqlite/schema.h"

#include <gmock/gmock.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "coi/crypt/openpgp.h"
#include "gateway/accounts/directory.h"
#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/clean_shutdown.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/sealed.h"
#include "gateway/store/sqlite/spellings.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/transport/crash_guard.h"
#include "tests/unit/gateway/store/test_store.h"
#include "xmpp/otr/identity.h"

namespace gateway {
namespace {

using namespace std::chrono;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

constexpr AccountId alice{1}, relay{2}, oskar{3}, nora{4};
const std::string bob = "bob@mail.example", carol = "carol@mail.example", dave = "dave@mail.example",
                  eve = "eve@mail.example", frank = "frank@mail.example", strauss = "strauß@mail.example";

/// Of the times in the stores: minutes of 2026-11-22.
Time at(int minute) { return Time(sys_days(2026y / November / 22)) + minutes(minute); }
sys_seconds second_at(int minute) { return floor<seconds>(at(minute)); }

std::string file_bytes(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

std::string unhex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

struct Made {
    const char* name;
    const char* otr_fingerprint;
    std::uint32_t otr_tag;
    const char* mark;  // of an Autocrypt field that the older version wrote
    friend void PrintTo(const Made& made, std::ostream* out) { *out << made.name; }
};

constexpr Made made_by_0_1_0{"schema_5", "31DC460C 4FCE0966 E2BE08AA 9A2D4130 945A2489", 2292346347,
                             "9e71cdb43db3a42c"};
constexpr Made made_later{"schema_11", "C171C26B 6B12F427 BD5B6AE0 4B805E25 F7F6B63D", 2750037191, "4eb02cf5a7ad01d4"};

/// The store as that version left it, with its key file.
class OldStore {
  public:
    explicit OldStore(const Made& made) {
        const std::string sql = file_bytes(std::string(TESTS_DIR) + "/unit/gateway/store/sqlite/" + made.name + ".sql");
        const std::string_view label = "-- key file: ";
        const auto key = sql.find(label);
        if (key == sql.npos) throw std::runtime_error(std::string("no key in ") + made.name);
        std::ofstream(key_file()) << unhex(std::string_view(sql).substr(key + label.size(), 64));
        ::chmod(key_file().c_str(), 0600);
        const auto db = open();
        if (sqlite3_exec(db.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
            throw std::runtime_error(std::string(made.name) + ": " + sqlite3_errmsg(db.get()));
    }
    /// As somebody writes who has the file, and neither the key nor coigate. `sql` has one place for `value`.
    void write(const char* sql, const std::string& value) const {
        const auto db = open();
        sqlite3_stmt* statement = nullptr;
        sqlite3_prepare_v2(db.get(), sql, -1, &statement, nullptr);
        sqlite3_bind_blob(statement, 1, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
        EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE) << sqlite3_errmsg(db.get());
        sqlite3_finalize(statement);
    }
    std::string path() const { return folder_.file("coigate.db"); }
    std::string key_file() const { return folder_.file("key"); }
    Seal seal() const { return Seal::open_or_make(key_file()); }

  private:
    struct Close {
        void operator()(sqlite3* db) const { sqlite3_close(db); }
    };
    std::unique_ptr<sqlite3, Close> open() const {
        sqlite3* db = nullptr;
        if (sqlite3_open(path().c_str(), &db) != SQLITE_OK) throw std::runtime_error(path());
        return std::unique_ptr<sqlite3, Close>(db);
    }
    TestFolder folder_;
};

class Upgraded : public testing::TestWithParam<Made> {
  protected:
    bool has_newer() const { return GetParam().name == std::string(made_later.name); }
    Account account(AccountId id) {
        for (const auto& each : accounts::all(db))
            if (each.id == id) return each;
        ADD_FAILURE() << "no such account";
        return {};
    }
    Contact contact(AccountId id, const std::string& canonical) {
        for (const auto& each : accounts::contacts(db))
            if (each.account == id && each.canonical == canonical) return each;
        ADD_FAILURE() << "no contact " << canonical;
        return {};
    }

    OldStore old{GetParam()};
    Database db{old.path(), old.seal()};
};

INSTANTIATE_TEST_SUITE_P(Schema, Upgraded, testing::Values(made_by_0_1_0, made_later),
                         [](const auto& made) { return made.param.name; });

TEST_P(Upgraded, NothingIsDamagedAndAllAccountsAreThere) {
    db.check_integrity();
    for (const auto id : {alice, relay, oskar, nora})
        EXPECT_THAT(damaged::of(db, static_cast<std::int64_t>(id)), IsEmpty());
    EXPECT_THAT(accounts::all(db), SizeIs(4));
    EXPECT_THAT(accounts::contacts(db), SizeIs(7));
}

TEST_P(Upgraded, MailboxWithItsLogin) {
    Account expected;
    expected.id = alice;
    expected.kind = Account::Kind::mailbox;
    expected.jid = "alice@jabber.example";
    expected.address = {"Alice Ärmel", "alice", "post.example"};
    expected.login = {"alice.login",
                      "correct horse",
                      false,
                      {"imap.post.example", 993, coi::net::Security::tls},
                      {"smtp.post.example", 587, coi::net::Security::starttls}};
    expected.take = IncomingFilter::chats;
    expected.sent_copy = false;
    expected.lang = "de";
    expected.policy = Policy::require;
    expected.key_holder = KeyHolder::coigate;
    EXPECT_EQ(account(alice), expected);
}

TEST_P(Upgraded, MailboxWithATokenAndAnotherProgramsKey) {
    const Account found = account(oskar);
    EXPECT_EQ(found.address, (coi::Address{"Oskar", "oskar", "google.example"}));
    EXPECT_EQ(found.login, (MailboxLogin{"",
                                         "ya29.token",
                                         true,
                                         {"imap.google.example", 143, coi::net::Security::starttls},
                                         {"smtp.google.example", 465, coi::net::Security::tls}}));
    EXPECT_EQ(found.lang, "fr");
    EXPECT_EQ(found.policy, Policy::off);
    EXPECT_EQ(found.key_holder, KeyHolder::elsewhere);
    EXPECT_TRUE(found.works());
}

TEST_P(Upgraded, MailboxThatIsNotLookedThroughYet) {
    const Account found = account(nora);
    EXPECT_EQ(found.policy, Policy::prefer);
    EXPECT_EQ(found.key_holder, KeyHolder::unknown);
    EXPECT_EQ(found.login.password, has_newer() ? "" : "123456");
    EXPECT_EQ(found.parked, has_newer());
}

TEST_P(Upgraded, RelayAccount) {
    const Account found = account(relay);
    EXPECT_EQ(found.kind, Account::Kind::relay);
    EXPECT_EQ(found.jid, "alice@jabber.example");
    EXPECT_EQ(found.address.addr_spec(), "alice@chat.example");
    EXPECT_EQ(found.take, IncomingFilter::all);
    EXPECT_EQ(found.lang, "en");
    EXPECT_EQ(found.vouched, has_newer());
    EXPECT_TRUE(found.works());
}

TEST_P(Upgraded, WhereReadingStands) {
    EXPECT_THAT(accounts::cursors(db, alice),
                testing::UnorderedElementsAre(Cursor{"INBOX", 7, 4711}, Cursor{"DeltaChat", 9, 12}));
    EXPECT_THAT(accounts::cursors(db, oskar), ElementsAre(Cursor{"INBOX", 1, 2}));
}

TEST_P(Upgraded, ContactWithEncryptionAndAThread) {
    const Contact found = contact(alice, bob);
    EXPECT_EQ(found.address, (coi::Address{"Bob Müller", "bob", "mail.example"}));
    EXPECT_EQ(found.dialect, Dialect::chatmail);
    EXPECT_TRUE(found.written_to && found.subscribed && found.subject_shown);
    EXPECT_EQ(found.subject, "Erde & Mond");
    EXPECT_EQ(found.thread.value, "thread-1@post.example");
    EXPECT_EQ(found.last_in.value, "in-1@mail.example");
    EXPECT_EQ(found.last_out.value, "out-1@post.example");
    EXPECT_EQ(found.timer, 3600u);
    EXPECT_EQ(found.privacy.policy, Policy::require);
    EXPECT_TRUE(found.privacy.encrypted && found.privacy.verified && found.privacy.has_key);
    EXPECT_FALSE(found.privacy.conflicting || found.privacy.spoken != EndToEnd::none);
    EXPECT_EQ(found.privacy.authenticated, has_newer());
    EXPECT_EQ(found.privacy.came_protected, has_newer());
    EXPECT_EQ(found.answer_to, has_newer() ? "bob+chat@mail.example" : "");
}

TEST_P(Upgraded, ContactWithOtr) {
    const Contact found = contact(alice, carol);
    EXPECT_EQ(found.dialect, Dialect::coi);
    EXPECT_TRUE(found.privacy.spoken == EndToEnd::otr && found.privacy.otr_clear);
    EXPECT_EQ(found.privacy.tunnel, Tunnel::on);
    EXPECT_TRUE(found.privacy.tunnel_offered && found.privacy.tunnel_refused);
    EXPECT_FALSE(found.privacy.encrypted || found.privacy.has_key);
}

TEST_P(Upgraded, OtherContacts) {
    const Contact clear = contact(alice, dave);
    EXPECT_EQ(clear.dialect, Dialect::mail);
    EXPECT_EQ(clear.subject, "Miete");
    EXPECT_EQ(clear.privacy.policy, Policy::off);
    EXPECT_EQ(clear.privacy.tunnel, Tunnel::off);
    EXPECT_TRUE(contact(alice, eve).privacy.verified && contact(alice, eve).privacy.conflicting);
    EXPECT_EQ(contact(relay, bob).subject, "Hallo");
    EXPECT_FALSE(contact(relay, bob).privacy.has_key) << "that is the other account's";
    EXPECT_EQ(contact(relay, coi::Address{"", "grete", "müller.example"}.canonical()).address.name, "Grete");
}

TEST_P(Upgraded, ContactWhoseNameWasFolded) {
    const Contact found = contact(alice, strauss);
    EXPECT_EQ(found.canonical, found.address.canonical());
    EXPECT_EQ(found.subject, "Walzer");
    EXPECT_TRUE(found.privacy.encrypted && found.privacy.has_key);
    EXPECT_EQ(keys::peer(db, alice, strauss).last_seen, second_at(60));
    EXPECT_EQ(keys::peer(db, alice, "strauss@mail.example"), coi::autocrypt::Peer{}) << "somebody else's address";
    EXPECT_THAT(keys::otr_peers(db, alice, strauss), ElementsAre(keys::OtrPeer{std::string(40, '4'), "verified"}));
    EXPECT_THAT(keys::joinings(db, alice, strauss), SizeIs(1));
    const auto waiting = queue::next(db, queue::Direction::mail, alice, strauss, 0, 9);
    ASSERT_THAT(waiting, SizeIs(1));
    EXPECT_THAT(waiting[0].payload, testing::HasSubstr("sechs"));
    EXPECT_TRUE(ids::contact_message(db, alice, strauss, {"in-4@mail.example"}));
}

TEST_P(Upgraded, OwnKeyOpensAndIsTheOneThatItsFingerprintNames) {
    const auto own = keys::own(db, alice);
    ASSERT_TRUE(own);
    const auto info = coi::openpgp::inspect(own->secret.bytes(), second_at(0));
    ASSERT_TRUE(info);
    EXPECT_TRUE(info->is_secret && info->can_sign && info->can_encrypt);
    EXPECT_EQ(info->fingerprint, own->fingerprint);
    EXPECT_FALSE(keys::own(db, relay));
    EXPECT_TRUE(keys::is_marked(db.seal(), {account(alice).address, true, "a key", GetParam().mark}))
        << "a header of its own is not taken for another program's";
}

TEST_P(Upgraded, KeysOfContacts) {
    const auto fingerprint = [](const std::string& key) {
        const auto info = coi::openpgp::inspect(key, second_at(0));
        return info ? info->fingerprint : "none";
    };
    const auto of_bob = keys::peer(db, alice, bob);
    EXPECT_EQ(of_bob.last_seen, second_at(30));
    EXPECT_EQ(of_bob.autocrypt_timestamp, second_at(20));
    EXPECT_EQ(of_bob.gossip_timestamp, second_at(10));
    EXPECT_TRUE(of_bob.mutual);
    EXPECT_EQ(of_bob.fingerprint, fingerprint(of_bob.key));
    EXPECT_EQ(of_bob.gossip_fingerprint, fingerprint(of_bob.gossip_key));
    EXPECT_EQ(of_bob.verified, fingerprint(of_bob.verified_key));
    EXPECT_EQ(of_bob.verified, of_bob.fingerprint);
    EXPECT_THAT(of_bob.revoked, SizeIs(has_newer() ? 2 : 0));
    // What a mail put in the place of a verified key waits for the user's word.
    const auto of_eve = keys::peer(db, alice, eve);
    EXPECT_EQ(of_eve.fingerprint, fingerprint(of_eve.key));
    EXPECT_EQ(of_eve.verified, of_eve.fingerprint);
    EXPECT_EQ(of_eve.offered, fingerprint(of_eve.offered_key));
    EXPECT_NE(of_eve.offered, of_eve.verified);
    const auto of_frank = keys::peer(db, alice, frank);
    EXPECT_EQ(of_frank.gossip_fingerprint, fingerprint(of_frank.gossip_key));
    EXPECT_EQ(keys::hearsay(db, alice), 1);
}

TEST_P(Upgraded, Invites) {
    const auto offers = keys::offers(db, alice);
    ASSERT_THAT(offers, SizeIs(2));
    EXPECT_EQ(offers[0].invite.invite_number, "used-used-used-used-us");
    EXPECT_EQ(offers[0].used_by, std::string(40, 'D'));
    EXPECT_EQ(offers[1].invite, (coi::securejoin::Invite{std::string(40, 'C'), account(alice).address,
                                                         "open-open-open-open-op", "auth-auth-auth-auth-au"}));
    EXPECT_EQ(offers[1].expires, second_at(100));
    EXPECT_EQ(offers[1].used_by, "");
    const auto of_bob = keys::joinings(db, alice, bob), of_carol = keys::joinings(db, alice, carol);
    ASSERT_THAT(of_bob, SizeIs(1));
    EXPECT_EQ(of_bob[0].invite.auth, "bobs-auth-auth-auth-au");
    EXPECT_TRUE(of_bob[0].answered);
    ASSERT_THAT(of_carol, SizeIs(1));
    EXPECT_EQ(of_carol[0].expires, second_at(400));
    EXPECT_FALSE(of_carol[0].answered);
}

TEST_P(Upgraded, OtrIdentityAndWhoWasCompared) {
    const auto identity = xmpp::otr::Identity::load(keys::otr_identity(db, alice).bytes());
    ASSERT_TRUE(identity);
    EXPECT_EQ(xmpp::otr::print(identity->fingerprint()), GetParam().otr_fingerprint);
    EXPECT_EQ(identity->instance_tag(), GetParam().otr_tag);
    EXPECT_THAT(keys::otr_peers(db, alice, carol), ElementsAre(keys::OtrPeer{std::string(40, '1'), "verified"}));
    EXPECT_THAT(keys::otr_peers(db, alice, bob),
                testing::UnorderedElementsAre(keys::OtrPeer{std::string(40, '2'), ""},
                                              keys::OtrPeer{std::string(40, '3'), "smp"}));
}

TEST_P(Upgraded, MailThatWaits) {
    const auto waiting = queue::next(db, queue::Direction::mail, alice, bob, 0, 9);
    ASSERT_THAT(waiting, SizeIs(2));
    const auto& tried = waiting[0];
    EXPECT_EQ(tried.name, "m1@post.example");
    EXPECT_EQ(tried.origin, "alice@jabber.example/phone");
    EXPECT_EQ(tried.origin_id, "stanza-m1@post.example");
    EXPECT_EQ(tried.lang, "de");
    EXPECT_EQ(tried.from, "alice@post.example");
    EXPECT_EQ(tried.to, bob);
    EXPECT_EQ(tried.payload,
              "From: alice@post.example\r\nTo: bob@mail.example\r\nMessage-ID: <m1@post.example>\r\n\r\neins\r\n");
    EXPECT_EQ(tried.beside, has_newer() ? "<message id='stanza-m1@post.example'><body>eins</body></message>" : "");
    EXPECT_EQ(tried.taken, at(1));
    EXPECT_EQ(tried.next, at(90));
    EXPECT_EQ(tried.expires, at(3));
    EXPECT_EQ(tried.attempts, 4);
    EXPECT_TRUE(tried.delay_told);
    EXPECT_EQ(tried.last_error, "450 4.2.1 later");
    EXPECT_EQ(waiting[1].name, "m2@post.example");
    EXPECT_THAT(queue::heads(db, queue::Direction::mail, 0, 9), SizeIs(3)) << "to bob, carol and strauß";
}

TEST_P(Upgraded, StanzasThatWait) {
    const auto open = queue::find_stanza(db, "s1");
    ASSERT_TRUE(open);
    EXPECT_TRUE(open->tentative) << "the Jabber server has not said yet whether it takes it";
    EXPECT_EQ(open->account, relay);
    EXPECT_EQ(open->contact, bob);
    EXPECT_EQ(open->origin, bob);
    EXPECT_EQ(open->origin_id, "in-2@mail.example");
    EXPECT_EQ(open->from, "bob\\40mail.example@chat.example");
    EXPECT_EQ(open->to, "alice@jabber.example");
    EXPECT_THAT(open->payload, testing::EndsWith("<body>hello</body></message>"));
    const auto own_words = queue::find_stanza(db, "w1");
    ASSERT_TRUE(own_words);
    EXPECT_EQ(own_words->account, AccountId{});
    EXPECT_FALSE(own_words->tentative);
    EXPECT_EQ(queue::count(db, queue::Direction::jabber), 2);
}

TEST_P(Upgraded, NumbersOfTheQueueAreNotUsedAgain) {
    queue::Entry entry;
    entry.account = alice;
    EXPECT_GT(queue::put(db, entry), 7) << "7 was done before";
}

TEST_P(Upgraded, IdsInBothNetworks) {
    const auto ours = ids::own_message(db, alice, {"m1@post.example"});
    ASSERT_TRUE(ours);
    EXPECT_EQ(ours->contact, bob);
    EXPECT_EQ(ours->stanza.value, "stanza-m1@post.example");
    EXPECT_EQ(ours->jid, "alice@jabber.example/phone");
    EXPECT_EQ(ours->lang, "de");
    EXPECT_EQ(ours->when, at(11));
    EXPECT_TRUE(ours->from_jabber && ours->wants_receipt);
    const auto rewritten = ids::by_message(db, alice, {"rewritten@provider.example"});
    ASSERT_TRUE(rewritten) << "by the name that the provider gave it";
    EXPECT_EQ(rewritten->message.value, "m1@post.example");
    const auto theirs = ids::by_stanza(db, alice, bob, {"in-s3"});
    ASSERT_TRUE(theirs);
    EXPECT_EQ(theirs->message.value, "in-3@mail.example");
    EXPECT_FALSE(theirs->from_jabber);
    EXPECT_TRUE(ids::contact_message(db, relay, bob, {"in-2@mail.example"}));
    const auto quiet = ids::contact_message(db, alice, dave, {"quiet@mail.example"});
    ASSERT_TRUE(quiet);
    EXPECT_EQ(quiet->jid, "");
    EXPECT_FALSE(quiet->wants_receipt);
    EXPECT_EQ(ids::counterpart(db, alice, bob, {{}, {std::string(32, '\5')}}).value().stanza, StanzaId{"in-s1"})
        << "a copy by what it says";
}

TEST_P(Upgraded, WhatWasShownIsToldOnce) {
    const auto shown = ids::shown_up_to(db, alice, bob, {"in-s3"}, 9);
    const std::vector<coi::MessageId> both{{"in-1@mail.example"}, {"in-3@mail.example"}}, last{{"in-3@mail.example"}};
    EXPECT_EQ(shown, has_newer() ? last : both);
}

TEST_P(Upgraded, UncleanStop) { EXPECT_EQ(clean_shutdown::last_alive(db), at(12)); }

TEST_P(Upgraded, WhatTheDirectoryMakesOfIt) {
    StoreLoop loop;
    const OldStore another(GetParam());
    Store store("sqlite:" + another.path(), another.seal(), loop.post());
    Directory directory(store);
    ASSERT_TRUE(directory.of_user("alice@jabber.example"));
    EXPECT_EQ(directory.of_user("alice@jabber.example")->id, alice) << "the mailbox goes before the relay";
    EXPECT_EQ(directory.relay_of("alice@jabber.example")->id, relay);
    EXPECT_EQ(directory.rests(nora), has_newer());
    const Contact* known = directory.contact(alice, bob);
    ASSERT_TRUE(known);
    EXPECT_TRUE(known->privacy.verified);
    EXPECT_THAT(known->spellings, SizeIs(has_newer() ? 2 : 0));
    EXPECT_TRUE(directory.contact(alice, strauss));
    EXPECT_FALSE(directory.contact(alice, "strauss@mail.example"));
    EXPECT_THAT(directory.contacts(alice), SizeIs(5));
}

class UpgradedLater : public Upgraded {};
INSTANTIATE_TEST_SUITE_P(Schema, UpgradedLater, testing::Values(made_later),
                         [](const auto& made) { return made.param.name; });

TEST_P(UpgradedLater, MailsThatCannotBeRead) {
    EXPECT_THAT(stuck_mails::all(db, alice),
                testing::UnorderedElementsAre(Stuck{"INBOX", 7, 4700, 3, true, true, "cannot be parsed"},
                                              Stuck{"INBOX", 7, 4705, 1, false, false, "took too long"}));
}

TEST_P(UpgradedLater, WhatIsLeftOfForgottenContacts) {
    EXPECT_THAT(once_encrypted::of(db, alice), ElementsAre("forgotten@mail.example"));
    const auto known = spellings::of(db, alice);
    ASSERT_THAT(known, SizeIs(1));
    EXPECT_THAT(known[0].nodes, ElementsAre("bob\\40mail.example", "bob%mail.example"));
}

TEST_P(UpgradedLater, MailThatWasSetAside) {
    std::vector<std::string> aside;
    for (const auto& entry : queue::list(db, 0, 99))
        if (entry.direction == queue::Direction::aside) aside.push_back(entry.name);
    EXPECT_THAT(aside, ElementsAre("m5@post.example"));
}

TEST_P(UpgradedLater, WhatEndedTheGatewayIsNotTriedAgain) {
    const OldStore another(GetParam());
    StoreLoop loop;
    Store store("sqlite:" + another.path(), another.seal(), loop.post());
    const CrashGuard guard("", store, at(20));
    EXPECT_FALSE(guard.may(CrashGuard::stanza("mallory@jabber.example", "boom")));
    EXPECT_TRUE(guard.may(CrashGuard::stanza("mallory@jabber.example", "other")));
}

TEST(OldStore, WithTheWrongKeyIsLeftAsItIs) {
    const OldStore old(made_by_0_1_0);
    EXPECT_THROW(Database(old.path(), test_seal('x')), StoreError);
    Database db(old.path(), old.seal());
    EXPECT_EQ(accounts::all(db).at(0).login.password, "correct horse");
}

TEST(OldStore, IsBoundOnceByItsUpgrade) {
    const OldStore old(made_by_0_1_0);
    {
        const Database upgraded(old.path(), old.seal());
    }
    old.write("UPDATE queue SET recipient = ? WHERE id = 1", "mallory@evil.example");
    Database db(old.path(), old.seal());
    EXPECT_EQ(queue::next(db, queue::Direction::mail, alice, bob, 0, 9).at(0).name, "m2@post.example")
        << "the changed row is not sent";
}

TEST(OldStore, IsNotBoundASecondTimeByTurningItsVersionBack) {
    const OldStore old(made_by_0_1_0), upgraded(made_by_0_1_0);
    std::filesystem::copy_file(old.key_file(), upgraded.key_file(), std::filesystem::copy_options::overwrite_existing);
    const std::string check = [&] {
        Database db(upgraded.path(), upgraded.seal());
        auto row = db.query("SELECT value FROM setting WHERE name = 'key_check'");
        return row.step() ? row.blob(0) : "";
    }();
    old.write("UPDATE setting SET value = ? WHERE name = 'key_check'", check);
    EXPECT_THROW(Database(old.path(), old.seal()), StoreError);
}

TEST(OldStore, WithANameThatIsTakenIsOpenedNevertheless) {
    const OldStore old(made_by_0_1_0);
    old.write("UPDATE contact SET local = ? WHERE canonical = 'strauss@mail.example'", "bob");
    Database db(old.path(), old.seal());
    EXPECT_THAT(accounts::contacts(db), SizeIs(7));
    EXPECT_EQ(accounts::cursors(db, oskar), std::vector{Cursor({"INBOX", 1, 2})});
}

}  // namespace
}  // namespace gateway
