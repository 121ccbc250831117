// No statement on the way of a message may walk through what waits: the plans of the very statements the store has run
// are looked at.

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/pictures.h"
#include "gateway/store/sqlite/profiles.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/relays.h"
#include "gateway/store/sqlite/rooms.h"
#include "tests/unit/gateway/store/test_store.h"

namespace gateway {
namespace {

std::string plan_of(Database& db, const std::string& sql) {
    static std::deque<std::string> kept;  // the address of a text is the cache's key
    auto query = db.query(kept.emplace_back("EXPLAIN QUERY PLAN " + sql).c_str());
    std::string lines;
    while (query.step()) lines += query.text(3) + "\n";
    return lines;
}

/// Calls everything once that happens to what waits; returns the name of the mail.
std::string use_queue(Database& db, AccountId account, const std::string& contact) {
    queue::Entry entry;
    entry.account = account;
    entry.contact = contact;
    entry.name = "chat$1@example.org";
    const auto id = queue::put(db, entry);
    queue::heads(db, queue::Direction::mail, 0, 10);
    queue::next(db, queue::Direction::mail, account, contact, 0, 10);
    queue::find(db, id);
    queue::find_stanza(db, entry.name);
    queue::waiting(db, account, contact, {entry.name});
    queue::list(db, 0, 10);
    queue::retry(db, id, Time{}, 1, "", false);
    entry.id = id;
    entry.payload = std::string(300'000, 'f');  // a file, which is stored in pieces
    queue::release(db, entry, Time::min());
    queue::find(db, id);
    queue::done(db, id);
    return entry.name;
}

void use_omemo(Database& db, AccountId account, const std::string& contact) {
    const std::string identity_key(33, 'k');
    keys::save(db,
               {account, contact, {{7, identity_key, coi::Secret("r")}}, {{7, identity_key, {}}}, coi::Secret("o")});
    keys::omemo_own(db, account);
    keys::omemo_devices(db, account);
    keys::omemo_sessions(db, account, contact);
    keys::forget_omemo_sessions(db, account, contact);
    keys::forget_omemo_device(db, account, 7);
}

void use_places(Database& db, const ids::Known& known) {
    mail_places::put(db, known.account, known.contact, known.message, {"INBOX", 1, 2});
    mail_places::unread(db, known.account, "INBOX", 1, 100);
    mail_places::read_with(db, known.account, {"INBOX", 1, {2}, {3}});
    mail_places::note_read(db, known.account, {"INBOX", 1, {2}, {3}});
    mail_places::put(db, known.account, known.contact, known.message, {"INBOX", 2, 1});
    mail_places::renumbered(db, known.account, "INBOX", 2);
    mail_places::displayed(db, known.account, known.contact, known.stanza, true);
    mail_places::reported(db, known.account, known.contact, known.message);
    mail_places::any_to_mark(db, known.account);
    mail_places::to_mark(db, known.account, 100);
    mail_places::marked(db, {1, {}, true, true});
}

void use_rooms(Database& db, AccountId account) {
    Room room;
    room.account = account;
    room.local = "group.1";
    room.group = "Xk3_pQ9rT2w";
    room.id = rooms::insert(db, room);
    rooms::save(db, room);
    rooms::all(db, account);
    rooms::count(db, account);
    rooms::note_last(db, room.id, {"m1"});
    rooms::by_local(db, room.local);
    rooms::of_group(db, account, room.kind, room.group);
    rooms::put(db, room.id, {});
    rooms::history(db, room.id, 10);
    rooms::trim(db, room.id, 1);
}

void use_relays(Database& db, AccountId account, const std::string& contact) {
    keys::holders(db, account, "B0", 8);
    PeerKeyUpdate mail_of_keys;
    mail_of_keys.contact = mail_of_keys.from = contact;
    mail_of_keys.author = {true, coi::openpgp::Signature::good, "B0", false};
    mail_of_keys.answers = {{"ours@example.org"}};
    mail_of_keys.seen.info.emplace().fingerprint = "B0";
    mail_of_keys.seen.info->relays = {{"", "bob", "other.example"}};
    coi::autocrypt::Peer peer;
    peer.key = "a key";
    peer.fingerprint = "B0";
    relays::apply(db, account, mail_of_keys, peer);
    relays::apply(db, account, mail_of_keys, peer);
    relays::of(db, account);
}

/// Calls everything once that happens to a message, an account or a contact in daily work.
void use_everything(Database& db) {
    Account account;
    account.kind = Account::Kind::mailbox;
    account.jid = "alice@jabber.example";
    account.id = accounts::save(db, account);
    accounts::save(db, account);
    accounts::note_language(db, account.id, "de", Account::LanguageSource::stanza);
    accounts::note_name(db, account.id, "Alice");
    ids::knows_any(db, account.id);
    Contact contact;
    contact.account = account.id;
    contact.canonical = "bob@example.org";
    contact.subject = "Earth";
    accounts::save(db, contact);
    Profile profile;
    profile.status = "At the sea";
    profiles::save(db, account.id, contact.canonical, profile);
    pictures::save(db, account.id, contact.canonical, Picture{});
    pictures::read(db, account.id, contact.canonical);
    accounts::next_page(db, {});
    accounts::contacts_of(db, account.id);
    accounts::count_contacts(db, account.id);
    accounts::save(db, account.id, Cursor{"INBOX", 1, 2});
    accounts::cursors(db, account.id);

    const std::string mail = use_queue(db, account.id, contact.canonical);
    ids::Known known;
    known.account = account.id;
    known.contact = contact.canonical;
    known.message = {mail};
    known.stanza = {"s1"};
    known.fingerprint = "print";
    ids::remember(db, known);
    ids::counterpart(db, account.id, contact.canonical, {{{"rewritten-too@example.org"}}, {known.fingerprint}});
    ids::knows_print(db, account.id, known.fingerprint);
    ids::alias(db, account.id, known.message, {"rewritten@example.org"});
    ids::by_message(db, account.id, {"unknown"});
    ids::by_message(db, {"unknown"});
    ids::own_message(db, account.id, {"unknown"});
    ids::contact_message(db, account.id, contact.canonical, {"unknown"});
    ids::by_stanza(db, account.id, contact.canonical, known.stanza);
    ids::further_stanzas(db, known);
    use_places(db, known);
    use_omemo(db, account.id, contact.canonical);
    use_rooms(db, account.id);
    ids::forget(db, account.id, contact.canonical, known.stanza);
    ids::expire(db, Time{});
    keys::expire_invites(db, {});
    use_relays(db, account.id, contact.canonical);
    accounts::remove(db, account.id, contact.canonical);
    accounts::remove(db, account.id);
}

TEST(QueryPlan, nothing_in_daily_work_scans_or_sorts) {
    Database db(":memory:", test_seal());
    const auto opening = db.statements();
    use_everything(db);
    std::size_t looked_at = 0;
    for (const auto& sql : db.statements()) {
        if (std::find(opening.begin(), opening.end(), sql) != opening.end()) continue;
        const auto plan = plan_of(db, sql);
        EXPECT_EQ(plan.find("SCAN"), std::string::npos) << sql << "\n" << plan;
        // The newest of the few messages that share one Message-ID is found by sorting them.
        const bool few = sql.find("FROM known k WHERE k.message") != std::string::npos;
        EXPECT_TRUE(few || plan.find("TEMP B-TREE") == std::string::npos) << sql << "\n" << plan;
        ++looked_at;
    }
    EXPECT_GT(looked_at, 20u);
}

TEST(QueryPlan, the_start_up_walk_looks_up_each_line_by_its_index) {
    Database db(":memory:", test_seal());
    queue::heads(db, queue::Direction::mail, 0, 10);
    for (const auto& sql : db.statements()) {
        if (sql.find("NOT EXISTS") == std::string::npos) continue;
        EXPECT_NE(plan_of(db, sql).find("queue_line (account=? AND contact=? AND leg=? AND rowid<?)"),
                  std::string::npos)
            << plan_of(db, sql);
    }
}

/// What one message of a long conversation costs: committed, looked up by all its ids, retried, done.
std::int64_t cost_of_a_message(Database& db, queue::Quota& room, int number) {
    const auto before = db.steps();
    queue::Entry entry;
    entry.account = AccountId{1};
    EXPECT_TRUE(room.take(entry.account, [&] { return queue::count(db, entry.account); }));
    entry.contact = "bob@example.org";
    entry.name = "m" + std::to_string(number);
    const auto id = queue::put(db, entry);
    ids::Known known{entry.account, entry.contact, {entry.name}, {"s" + entry.name}, true, "", "", false, Time{}};
    EXPECT_TRUE(ids::remember(db, known));
    EXPECT_TRUE(ids::by_message(db, entry.account, known.message));
    EXPECT_TRUE(ids::by_message(db, known.message));
    EXPECT_FALSE(ids::by_message(db, entry.account, {"unknown"}));
    EXPECT_TRUE(ids::by_stanza(db, entry.account, entry.contact, known.stanza));
    EXPECT_EQ(queue::next(db, queue::Direction::mail, entry.account, entry.contact, 0, 3).front().id, 1);
    EXPECT_FALSE(queue::find_stanza(db, entry.name));
    queue::retry(db, id, Time{}, 1, "later", false);
    if (number % 100 == 0) queue::done(db, id);
    return db.steps() - before;
}

TEST(QueryCost, of_a_message_does_not_grow_with_what_waits_in_its_conversation) {
    Database db(":memory:", test_seal());
    queue::Quota room(10'000);
    for (int number = 1; number < 100; ++number) cost_of_a_message(db, room, number);
    const auto early = cost_of_a_message(db, room, 100);
    for (int number = 101; number < 1500; ++number) cost_of_a_message(db, room, number);
    const auto late = cost_of_a_message(db, room, 1500);
    EXPECT_LE(late, early + early / 20) << "in steps of the virtual machine";
}

}  // namespace
}  // namespace gateway
