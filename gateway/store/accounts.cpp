// Accounts, contacts and cursors in SQL; see accounts.h.
//
// An account carries two seals: its mark binds the row, and the login is bound to the account alone, so that a login
// that cannot be opened costs its user a new one and nothing else. A contact's subject binds its row but for last_in
// and last_out, which each message moves and which decide nothing. A login is sealed as a whole (names of servers and
// users too): its fields as netstrings, in a fixed order; fields that a later version adds at the end are skipped by an
// older one.

#include "gateway/store/accounts.h"

#include <charconv>
#include <string_view>
#include <tuple>

#include "gateway/log.h"
#include "gateway/model/trust.h"
#include "gateway/store/ids.h"
#include "gateway/store/keys.h"
#include "gateway/store/once_encrypted.h"
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

/// Takes one netstring off the front. The seal vouches for the bytes: a malformed one is another version's.
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

// What is bound into an account's mark, in this order.
#define ACCOUNT_COLUMNS "id, kind, jid, name, local, domain, take, sent_copy, lang, policy, key_holder, state"
constexpr int account_columns = 12;
// What the column `state` holds.
constexpr std::int64_t is_parked = 1, is_vouched = 2;

std::int64_t state_of(const Account& account) {
    return (account.parked ? is_parked : 0) | (account.vouched ? is_vouched : 0);
}

/// As ACCOUNT_COLUMNS.
Binding binding(const Account& account) {
    Binding bound("account.mark");
    bound.add(number(account.id));
    bound.add(static_cast<std::int64_t>(account.kind));
    for (const auto* text : {&account.jid, &account.address.name, &account.address.local, &account.address.domain}) {
        bound.add(*text);
    }
    bound.add(static_cast<std::int64_t>(account.take));
    bound.add(std::int64_t(account.sent_copy));
    bound.add(account.lang);
    bound.add(static_cast<std::int64_t>(account.policy));
    bound.add(static_cast<std::int64_t>(account.key_holder));
    bound.add(state_of(account));
    return bound;
}

Binding login_binding(AccountId id, std::string_view jid) {
    Binding bound("account.login");
    bound.add(number(id));
    bound.add(jid);
    return bound;
}

/// The seals, once the account has its number.
void seal(Database& db, const Account& account) {
    const bool has_login = account.kind == Account::Kind::mailbox;
    auto query = db.query("UPDATE account SET mark = ?, login = ? WHERE id = ?");
    query.bind_blob(close(db, "", binding(account)));
    if (has_login) {
        query.bind_blob(close(db, pack(account.login), login_binding(account.id, account.jid)));
    } else {
        query.bind_null();
    }
    query.bind(number(account.id)).run();
}

void bind_columns(Query& query, const Account& account) {
    query.bind(static_cast<std::int64_t>(account.kind)).bind(account.jid);
    query.bind(account.address.name).bind(account.address.local).bind(account.address.domain);
    query.bind(static_cast<std::int64_t>(account.take)).bind(std::int64_t(account.sent_copy)).bind(account.lang);
    query.bind(static_cast<std::int64_t>(account.policy)).bind(static_cast<std::int64_t>(account.key_holder));
    query.bind(state_of(account));
}

/// A row of ACCOUNT_COLUMNS, login and mark.
Account account_of(Database& db, const Query& row) {
    const bool sound =
        open(db, row.blob(account_columns + 1), Binding("account.mark").add(row, 0, account_columns)).has_value();
    Account account;
    account.id = AccountId(row.integer(0));
    account.kind = row.integer(1) == 0 ? Account::Kind::mailbox : Account::Kind::relay;
    account.jid = row.text(2);
    account.address = {row.text(3), row.text(4), row.text(5)};
    account.damaged = !sound;
    if (!sound) return account;
    account.take = static_cast<IncomingFilter>(row.integer(6));
    account.sent_copy = row.integer(7) != 0;
    account.lang = row.text(8);
    account.policy = static_cast<Policy>(row.integer(9));
    account.key_holder = static_cast<KeyHolder>(row.integer(10));
    account.parked = (row.integer(11) & is_parked) != 0;
    account.vouched = (row.integer(11) & is_vouched) != 0;
    if (account.kind == Account::Kind::relay) return account;
    const auto login = open(db, row.blob(account_columns), login_binding(account.id, account.jid));
    try {
        if (login) account.login = unpack_login(*login);
        account.login_lost = !login && !account.parked;
    } catch (const StoreError&) {
        account.login_lost = !account.parked;
    }
    return account;
}

// What the column `privacy` holds. What is known of keys is not in it: that stands in peer_key.
constexpr std::int64_t is_encrypted = 1, tunnel_on = 2, is_otr = 4, is_otr_clear = 8, tunnel_off = 16,
                       tunnel_offered = 32, tunnel_refused = 64, is_authenticated = 128, is_come_protected = 256;

std::int64_t bits_of(const Privacy& privacy) {
    return (privacy.encrypted ? is_encrypted : 0) | (privacy.otr ? is_otr : 0) |
           (privacy.otr_clear ? is_otr_clear : 0) | (privacy.tunnel == Tunnel::on ? tunnel_on : 0) |
           (privacy.tunnel == Tunnel::off ? tunnel_off : 0) | (privacy.tunnel_offered ? tunnel_offered : 0) |
           (privacy.tunnel_refused ? tunnel_refused : 0) | (privacy.authenticated ? is_authenticated : 0) |
           (privacy.came_protected ? is_come_protected : 0);
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
    privacy.authenticated = (bits & is_authenticated) != 0;
    privacy.came_protected = (bits & is_come_protected) != 0;
    return privacy;
}

// What is bound into the seal of a contact's subject, in this order.
#define CONTACT_COLUMNS                                                                                        \
    "account, canonical, name, local, domain, dialect, written_to, subscribed, subject_shown, timer, policy, " \
    "privacy, thread, answer_to"
constexpr int contact_columns = 14;
constexpr std::string_view contact_place = "contact.subject";

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
            "UPDATE account SET kind = ?, jid = ?, name = ?, local = ?, domain = ?, take = ?, sent_copy = ?, lang = ?, "
            "policy = ?, key_holder = ?, state = ? WHERE id = ?");
        bind_columns(query, account);
        query.bind(number(account.id)).run();
        if (db.changes() == 0)
            throw StoreError("account " + std::to_string(number(account.id)) + " is no longer in the store");
        seal(db, account);
        return account.id;
    }
    auto query = db.query(
        "INSERT INTO account (kind, jid, name, local, domain, take, sent_copy, lang, policy, key_holder, state) VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (jid, kind) DO UPDATE SET name = excluded.name, local = "
        "excluded.local, domain = excluded.domain, take = excluded.take, sent_copy = excluded.sent_copy, lang = "
        "excluded.lang, policy = excluded.policy, key_holder = excluded.key_holder, state = excluded.state RETURNING "
        "id");
    bind_columns(query, account);
    if (!query.step()) throw StoreError("the new account got no number");
    Account made = account;
    made.id = AccountId{query.integer(0)};
    query.run();
    seal(db, made);
    return made.id;
}

std::vector<Account> all(Database& db) {
    std::vector<Account> accounts;
    auto row = db.query("SELECT " ACCOUNT_COLUMNS ", login, mark FROM account ORDER BY id");
    while (row.step()) accounts.push_back(account_of(db, row));
    return accounts;
}

namespace {

/// One account, if its row is sound.
std::optional<Account> find(Database& db, AccountId id) {
    auto row = db.query("SELECT " ACCOUNT_COLUMNS ", login, mark FROM account WHERE id = ?");
    if (!row.bind(number(id)).step()) return std::nullopt;
    auto account = account_of(db, row);
    if (account.damaged) return std::nullopt;
    return account;
}

}  // namespace

void note_language(Database& db, AccountId id, const std::string& lang) {
    auto account = find(db, id);
    if (!account) return;
    account->lang = lang;
    db.query("UPDATE account SET lang = ?, mark = ? WHERE id = ?")
        .bind(lang)
        .bind_blob(close(db, "", binding(*account)))
        .bind(number(id))
        .run();
}

void note_name(Database& db, AccountId id, const std::string& name) {
    auto account = find(db, id);
    if (!account) return;
    account->address.name = name;
    db.query("UPDATE account SET name = ?, mark = ? WHERE id = ?")
        .bind(name)
        .bind_blob(close(db, "", binding(*account)))
        .bind(number(id))
        .run();
}

void remove(Database& db, AccountId id) {
    queue::forget_account(db, id);
    ids::forget_account(db, id);
    damaged::forget_account(db, number(id));
    db.query("DELETE FROM account WHERE id = ?").bind(number(id)).run();  // contacts and cursors go with it
}

void save(Database& db, const Contact& contact) {
    auto query = db.query(
        "INSERT INTO contact (account, canonical, name, local, domain, dialect, written_to, subscribed, "
        "subject_shown, timer, policy, privacy, thread, answer_to, subject, last_in, last_out) VALUES (?, ?, ?, ?, ?, "
        "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (account, canonical) DO UPDATE SET name = excluded.name, local = excluded.local, "
        "domain = excluded.domain, dialect = excluded.dialect, written_to = excluded.written_to, "
        "subscribed = excluded.subscribed, subject_shown = excluded.subject_shown, subject = excluded.subject, "
        "last_in = excluded.last_in, last_out = excluded.last_out, timer = excluded.timer, policy = excluded.policy, "
        "privacy = excluded.privacy, thread = excluded.thread, answer_to = excluded.answer_to");
    Binding bound(contact_place);
    query.bind(bound.add(number(contact.account))).bind(bound.add(contact.canonical));
    query.bind(bound.add(contact.address.name)).bind(bound.add(contact.address.local));
    query.bind(bound.add(contact.address.domain)).bind(bound.add(static_cast<std::int64_t>(contact.dialect)));
    query.bind(bound.add(std::int64_t(contact.written_to))).bind(bound.add(std::int64_t(contact.subscribed)));
    query.bind(bound.add(std::int64_t(contact.subject_shown))).bind(bound.add(std::int64_t(contact.timer)));
    query.bind(bound.add(static_cast<std::int64_t>(contact.privacy.policy)));
    query.bind(bound.add(bits_of(contact.privacy))).bind(bound.add(contact.thread.value));
    query.bind(bound.add(contact.answer_to));
    query.bind_blob(close(db, contact.subject, bound)).bind(contact.last_in.value).bind(contact.last_out.value).run();
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

namespace {

/// An id that was read from a mail; what else may stand there now must not get into a header.
coi::MessageId printable(std::string value) {
    coi::MessageId id{std::move(value)};
    return coi::is_printable(id) ? id : coi::MessageId{};
}

/// A row of CONTACT_COLUMNS, subject, last_in and last_out. nullopt if it does not match its seal.
std::optional<Contact> contact_of(Database& db, const Query& row) {
    auto subject = open(db, row.blob(contact_columns), Binding(contact_place).add(row, 0, contact_columns));
    if (!subject) return std::nullopt;
    Contact contact;
    contact.account = AccountId(row.integer(0));
    contact.canonical = row.text(1);
    contact.address = {row.text(2), row.text(3), row.text(4)};
    contact.dialect = static_cast<Dialect>(row.integer(5));
    contact.written_to = row.integer(6) != 0;
    contact.subscribed = row.integer(7) != 0;
    contact.subject_shown = row.integer(8) != 0;
    contact.timer = static_cast<std::uint32_t>(row.integer(9));
    contact.privacy = privacy_of(row.integer(11));
    contact.privacy.policy = static_cast<Policy>(row.integer(10));
    contact.thread.value = row.text(12);
    contact.answer_to = row.text(13);
    contact.subject = std::move(*subject);
    contact.last_in = printable(row.text(contact_columns + 1));
    contact.last_out = printable(row.text(contact_columns + 2));
    return contact;
}

struct Aside {
    std::int64_t account;
    std::string canonical, content;
};

/// Beside contacts: both are read in the order of their keys.
void add_keys(Database& db, std::vector<Contact>& contacts) {
    auto at = contacts.begin();
    keys::each_peer(db, [&](AccountId account, const std::string& canonical, const coi::autocrypt::Peer& peer) {
        const auto key = std::tie(account, canonical);
        while (at != contacts.end() && std::tie(at->account, at->canonical) < key) ++at;
        if (at == contacts.end() || std::tie(at->account, at->canonical) != key) return;
        trust::note_keys(at->privacy, peer);
    });
}

}  // namespace

void each_contact(Database& db, const std::function<void(Contact)>& call) {
    std::vector<Aside> damaged;
    {
        auto row =
            db.query("SELECT " CONTACT_COLUMNS ", subject, last_in, last_out FROM contact ORDER BY account, canonical");
        while (row.step()) {
            if (auto contact = contact_of(db, row)) {
                call(std::move(*contact));
            } else {
                damaged.push_back({row.integer(0), row.text(1), row.print()});
            }
        }
    }
    for (const auto& row : damaged) {
        damaged::keep(db, row.account, "contact " + row.canonical, row.content);
        // What it said of protection is not known any more: nothing goes there in the clear by itself.
        once_encrypted::note(db, AccountId(row.account), row.canonical, "");
        db.query("DELETE FROM contact WHERE account = ? AND canonical = ?").bind(row.account).bind(row.canonical).run();
    }
}

std::vector<Contact> contacts(Database& db) {
    std::vector<Contact> contacts;
    each_contact(db, [&contacts](Contact contact) { contacts.push_back(std::move(contact)); });
    add_keys(db, contacts);
    return contacts;
}

Privacy privacy(Database& db, AccountId account, const std::string& canonical) {
    auto row = db.query("SELECT " CONTACT_COLUMNS
                        ", subject, last_in, last_out FROM contact WHERE account = ? AND canonical = ?");
    if (!row.bind(number(account)).bind(canonical).step()) return {};
    const auto contact = contact_of(db, row);
    return contact ? contact->privacy : Privacy{};
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

namespace {

void seal_accounts_anew(Database& db, Sealed before) {
    std::vector<Account> accounts;  // numbers and JIDs alone
    {
        auto row = db.query("SELECT id, jid FROM account ORDER BY id");
        while (row.step()) {
            Account account;
            account.id = AccountId(row.integer(0));
            account.jid = row.text(1);
            accounts.push_back(std::move(account));
        }
    }
    for (const auto& account : accounts) {
        Renewed mark, login;
        {
            auto row = db.query("SELECT " ACCOUNT_COLUMNS ", login, mark FROM account WHERE id = ?");
            if (!row.bind(number(account.id)).step()) continue;
            const std::string by_number = "account.login/" + account.jid;
            mark = renew(db, row.blob(account_columns + 1), Binding("account.mark").add(row, 0, account_columns),
                         before, nullptr);
            if (!row.is_null(account_columns)) {
                login =
                    renew(db, row.blob(account_columns), login_binding(account.id, account.jid), before, &by_number);
            }
        }
        // What is damaged stays as it is: it is found so when the accounts are read.
        if (mark.blob && !mark.damaged) {
            db.query("UPDATE account SET mark = ? WHERE id = ?").bind_blob(*mark.blob).bind(number(account.id)).run();
        }
        if (login.blob) {
            db.query("UPDATE account SET login = ? WHERE id = ?").bind_blob(*login.blob).bind(number(account.id)).run();
        }
    }
}

void seal_contacts_anew(Database& db, Sealed before) {
    std::int64_t account = -1;
    for (std::string canonical;;) {
        Renewed renewed;
        {
            auto row =
                db.query("SELECT " CONTACT_COLUMNS
                         ", subject FROM contact WHERE (account, canonical) > (?, ?) ORDER BY account, canonical "
                         "LIMIT 1");
            if (!row.bind(account).bind(canonical).step()) return;
            const auto bound = Binding(contact_place).add(row, 0, contact_columns);
            account = row.integer(0);
            canonical = row.text(1);
            const std::string by_number = "contact.subject/" + std::to_string(account) + "/" + canonical;
            // 0.1.0 sealed no empty subject.
            const bool none = before == Sealed::by_number && row.is_null(contact_columns);
            renewed = renew(db, row.blob(contact_columns), bound, before, none ? nullptr : &by_number);
        }
        if (!renewed.blob) continue;
        db.query("UPDATE contact SET subject = ? WHERE account = ? AND canonical = ?")
            .bind_blob(*renewed.blob)
            .bind(account)
            .bind(canonical)
            .run();
    }
}

}  // namespace

void seal_anew(Database& db, Sealed before) {
    seal_accounts_anew(db, before);
    seal_contacts_anew(db, before);
}

}  // namespace gateway::accounts
