// Accounts, contacts and cursors in SQL; see accounts.h.
//
// A login is sealed as a whole (names of servers and users too): its fields as netstrings, in a fixed order; fields
// that a later version adds at the end are skipped by an older one.

#include "gateway/store/accounts.h"

#include <charconv>
#include <string_view>

#include "gateway/store/ids.h"
#include "gateway/store/keys.h"
#include "gateway/store/queue.h"
#include "gateway/store/sealed.h"

namespace gateway::accounts {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

void pack(std::string& into, std::string_view field) {
    into += std::to_string(field.size());
    into += ':';
    into += field;
}

std::string pack(const MailboxLogin& login) {
    std::string packed;
    pack(packed, login.username);
    pack(packed, login.password);
    pack(packed, login.oauth ? "1" : "0");
    for (const auto* server : {&login.imap, &login.smtp}) {
        pack(packed, server->host);
        pack(packed, std::to_string(server->port));
        pack(packed, std::to_string(static_cast<int>(server->security)));
    }
    return packed;
}

/// Takes one netstring off the front. The seal vouches for the bytes: a malformed one is a bug or a newer version's.
std::string_view unpack(std::string_view& from) {
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), size);
    const auto head = static_cast<std::size_t>(end - from.data()) + 1;
    if (error != std::errc() || head > from.size() || *end != ':' || size > from.size() - head) {
        throw StoreError("a stored login cannot be read: it was written by another version of coigate");
    }
    const auto field = from.substr(head, size);
    from.remove_prefix(head + size);
    return field;
}

template <class Number>
Number unpack_number(std::string_view& from) {
    const auto field = unpack(from);
    Number value{};
    std::from_chars(field.data(), field.data() + field.size(), value);
    return value;
}

MailboxLogin unpack_login(std::string_view packed) {
    MailboxLogin login;
    login.username = unpack(packed);
    login.password = unpack(packed);
    login.oauth = unpack(packed) == "1";
    for (auto* server : {&login.imap, &login.smtp}) {
        server->host = unpack(packed);
        server->port = unpack_number<std::uint16_t>(packed);
        server->security = static_cast<coi::net::Security>(unpack_number<int>(packed));
    }
    return login;
}

void bind_columns(Database& db, Query& query, const Account& account) {
    query.bind(static_cast<std::int64_t>(account.kind)).bind(account.jid);
    query.bind(account.address.name).bind(account.address.local).bind(account.address.domain);
    if (account.kind == Account::Kind::mailbox) {
        query.bind_blob(db.seal().close(pack(account.login), login_purpose(account.jid)));
    } else {
        query.bind_null();
    }
    query.bind(static_cast<std::int64_t>(account.take)).bind(std::int64_t(account.sent_copy)).bind(account.lang);
    query.bind(static_cast<std::int64_t>(account.policy)).bind(static_cast<std::int64_t>(account.key_holder));
}

// What the column `privacy` holds. What is known of keys is not in it: that stands in peer_key.
constexpr std::int64_t is_encrypted = 1, tunnel_on = 2, is_otr = 4, is_otr_clear = 8, tunnel_off = 16,
                       tunnel_offered = 32, tunnel_refused = 64;

std::int64_t bits_of(const Privacy& privacy) {
    return (privacy.encrypted ? is_encrypted : 0) | (privacy.otr ? is_otr : 0) |
           (privacy.otr_clear ? is_otr_clear : 0) | (privacy.tunnel == Tunnel::on ? tunnel_on : 0) |
           (privacy.tunnel == Tunnel::off ? tunnel_off : 0) | (privacy.tunnel_offered ? tunnel_offered : 0) |
           (privacy.tunnel_refused ? tunnel_refused : 0);
}

Privacy privacy_of(std::int64_t bits) {
    Privacy privacy;
    privacy.encrypted = (bits & is_encrypted) != 0;
    privacy.otr = (bits & is_otr) != 0;
    privacy.otr_clear = (bits & is_otr_clear) != 0;
    if ((bits & tunnel_off) != 0) privacy.tunnel = Tunnel::off;
    if ((bits & tunnel_on) != 0) privacy.tunnel = Tunnel::on;
    privacy.tunnel_offered = (bits & tunnel_offered) != 0;
    privacy.tunnel_refused = (bits & tunnel_refused) != 0;
    return privacy;
}

}  // namespace

AccountId save(Database& db, const Account& account) {
    if (account.id != AccountId{}) {
        // Another address is another mailbox: it starts at its end, not where the old one stood.
        db.query(
              "DELETE FROM folder WHERE account = ? AND NOT EXISTS (SELECT 1 FROM account a WHERE a.id = ? AND "
              "a.local = ? AND a.domain = ?)")
            .bind(number(account.id))
            .bind(number(account.id))
            .bind(account.address.local)
            .bind(account.address.domain)
            .run();
        auto query = db.query(
            "UPDATE account SET kind = ?, jid = ?, name = ?, local = ?, domain = ?, login = ?, take = ?, "
            "sent_copy = ?, lang = ?, policy = ?, key_holder = ? WHERE id = ?");
        bind_columns(db, query, account);
        query.bind(number(account.id)).run();
        if (db.changes() == 0)
            throw StoreError("account " + std::to_string(number(account.id)) + " is no longer in the store");
        return account.id;
    }
    auto query = db.query(
        "INSERT INTO account (kind, jid, name, local, domain, login, take, sent_copy, lang, policy, "
        "key_holder) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jid, kind) DO UPDATE SET name = "
        "excluded.name, "
        "local = excluded.local, domain = excluded.domain, login = excluded.login, take = excluded.take, "
        "sent_copy = excluded.sent_copy, lang = excluded.lang, policy = excluded.policy, key_holder = "
        "excluded.key_holder RETURNING id");
    bind_columns(db, query, account);
    if (!query.step()) throw StoreError("the new account got no number");
    const AccountId id{query.integer(0)};
    query.run();
    return id;
}

std::vector<Account> all(Database& db) {
    std::vector<Account> accounts;
    auto row = db.query(
        "SELECT id, kind, jid, name, local, domain, login, take, sent_copy, lang, policy, key_holder FROM account "
        "ORDER BY id");
    while (row.step()) {
        Account account;
        account.id = AccountId(row.integer(0));
        account.kind = static_cast<Account::Kind>(row.integer(1));
        account.jid = row.text(2);
        account.address = {row.text(3), row.text(4), row.text(5)};
        if (!row.is_null(6)) account.login = unpack_login(db.seal().open(row.blob(6), login_purpose(account.jid)));
        account.take = static_cast<Take>(row.integer(7));
        account.sent_copy = row.integer(8) != 0;
        account.lang = row.text(9);
        account.policy = static_cast<Policy>(row.integer(10));
        account.key_holder = static_cast<KeyHolder>(row.integer(11));
        accounts.push_back(std::move(account));
    }
    return accounts;
}

void note_language(Database& db, AccountId id, const std::string& lang) {
    db.query("UPDATE account SET lang = ? WHERE id = ?").bind(lang).bind(number(id)).run();
}

void note_name(Database& db, AccountId id, const std::string& name) {
    db.query("UPDATE account SET name = ? WHERE id = ?").bind(name).bind(number(id)).run();
}

void remove(Database& db, AccountId id) {
    queue::forget_account(db, id);
    ids::forget_account(db, id);
    db.query("DELETE FROM account WHERE id = ?").bind(number(id)).run();  // contacts and cursors go with it
}

void save(Database& db, const Contact& contact) {
    auto query = db.query(
        "INSERT INTO contact (account, canonical, name, local, domain, dialect, written_to, subscribed, "
        "subject_shown, subject, last_in, last_out, timer, policy, privacy, thread) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?, "
        "?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, canonical) DO UPDATE SET name = excluded.name, local = excluded.local, "
        "domain = excluded.domain, dialect = excluded.dialect, written_to = excluded.written_to, "
        "subscribed = excluded.subscribed, subject_shown = excluded.subject_shown, subject = excluded.subject, "
        "last_in = excluded.last_in, last_out = excluded.last_out, timer = excluded.timer, policy = excluded.policy, "
        "privacy = excluded.privacy, thread = excluded.thread");
    query.bind(number(contact.account)).bind(contact.canonical);
    query.bind(contact.address.name).bind(contact.address.local).bind(contact.address.domain);
    query.bind(static_cast<std::int64_t>(contact.dialect)).bind(std::int64_t(contact.written_to));
    query.bind(std::int64_t(contact.subscribed)).bind(std::int64_t(contact.subject_shown));
    if (contact.subject.empty()) {
        query.bind_null();
    } else {
        query.bind_blob(db.seal().close(contact.subject, subject_purpose(number(contact.account), contact.canonical)));
    }
    query.bind(contact.last_in.value).bind(contact.last_out.value).bind(std::int64_t(contact.timer));
    query.bind(static_cast<std::int64_t>(contact.privacy.policy)).bind(bits_of(contact.privacy));
    query.bind(contact.thread.value).run();
}

bool save_last(Database& db, const Contact& contact) {
    db.query("UPDATE contact SET last_in = ?, last_out = ? WHERE account = ? AND canonical = ?")
        .bind(contact.last_in.value)
        .bind(contact.last_out.value)
        .bind(number(contact.account))
        .bind(contact.canonical)
        .run();
    return db.changes() > 0;
}

std::vector<Contact> contacts(Database& db) {
    std::vector<Contact> contacts;
    auto row = db.query(
        "SELECT c.account, c.canonical, c.name, c.local, c.domain, c.dialect, c.written_to, c.subscribed, "
        "c.subject_shown, c.subject, c.last_in, c.last_out, c.timer, c.policy, c.privacy, "
        "k.key <> x'' OR k.gossip_key <> x'' OR k.verified_key <> x'', k.verified, k.fingerprint, c.thread "
        "FROM contact c LEFT JOIN peer_key k ON k.account = c.account AND k.contact = c.canonical "
        "ORDER BY c.account, c.canonical");
    while (row.step()) {
        Contact contact;
        contact.account = AccountId(row.integer(0));
        contact.canonical = row.text(1);
        contact.address = {row.text(2), row.text(3), row.text(4)};
        contact.dialect = static_cast<Dialect>(row.integer(5));
        contact.written_to = row.integer(6) != 0;
        contact.subscribed = row.integer(7) != 0;
        contact.subject_shown = row.integer(8) != 0;
        if (!row.is_null(9))
            contact.subject = db.seal().open(row.blob(9), subject_purpose(row.integer(0), contact.canonical));
        contact.last_in.value = row.text(10);
        contact.last_out.value = row.text(11);
        contact.timer = static_cast<std::uint32_t>(row.integer(12));
        contact.privacy = privacy_of(row.integer(14));
        contact.privacy.policy = static_cast<Policy>(row.integer(13));
        contact.privacy.has_key = row.integer(15) != 0;
        contact.privacy.verified = !row.text(16).empty();
        contact.privacy.conflicting = contact.privacy.verified && !row.text(17).empty() && row.text(16) != row.text(17);
        contact.thread.value = row.text(18);
        contacts.push_back(std::move(contact));
    }
    return contacts;
}

void remove(Database& db, AccountId account, const std::string& canonical) {
    keys::forget_contact(db, account, canonical);
    db.query("DELETE FROM contact WHERE account = ? AND canonical = ?").bind(number(account)).bind(canonical).run();
}

std::vector<Cursor> cursors(Database& db, AccountId account) {
    std::vector<Cursor> cursors;
    auto row = db.query("SELECT name, uid_validity, uid_next FROM folder WHERE account = ? ORDER BY name");
    row.bind(number(account));
    while (row.step()) {
        cursors.push_back(
            {row.text(0), static_cast<std::uint32_t>(row.integer(1)), static_cast<std::uint32_t>(row.integer(2))});
    }
    return cursors;
}

void save(Database& db, AccountId account, const Cursor& cursor) {
    db.query(
          "INSERT INTO folder (account, name, uid_validity, uid_next) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (account, name) DO UPDATE SET uid_validity = excluded.uid_validity, uid_next = "
          "excluded.uid_next")
        .bind(number(account))
        .bind(cursor.folder)
        .bind(std::int64_t(cursor.uid_validity))
        .bind(std::int64_t(cursor.uid_next))
        .run();
}

}  // namespace gateway::accounts
