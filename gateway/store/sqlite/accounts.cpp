// Accounts in SQL; see accounts.h.
//
// An account has two seals: its mark binds the whole row; the login is bound to account number and JID only, so that a
// login that cannot be opened has to be entered again, and nothing else is lost. A login is sealed as a whole, with
// server and user names: its fields are netstrings in a fixed order. A later version may add fields at the end; older
// versions skip them.

#include "gateway/store/sqlite/accounts.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"

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

/// Removes one netstring from the front. The bytes are authenticated: a malformed one was written by another version.
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

// The columns bound into an account's mark, in this order.
#define ACCOUNT_COLUMNS "id, kind, jid, name, local, domain, take, sent_copy, lang, policy, key_holder, state"
constexpr int account_columns = 12;
// Bits of the column `state`; the third and fourth are the LanguageSource.
constexpr std::int64_t is_parked = 1, is_vouched = 2, lists_alias = 16, marks_read = 32, lang_source_mask = 3;
constexpr int lang_source_shift = 2;

std::int64_t state_of(const Account& account) {
    return (account.parked ? is_parked : 0) | (account.vouched ? is_vouched : 0) |
           (account.lists_alias ? lists_alias : 0) | (account.marks_read ? marks_read : 0) |
           static_cast<std::int64_t>(account.lang_source) << lang_source_shift;
}

/// The same values, in the order of ACCOUNT_COLUMNS.
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

/// Writes both seals; the account must have its number.
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
    account.lists_alias = (row.integer(11) & lists_alias) != 0;
    account.marks_read = (row.integer(11) & marks_read) != 0;
    account.lang_source = static_cast<Account::LanguageSource>(row.integer(11) >> lang_source_shift & lang_source_mask);
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

}  // namespace

AccountId save(Database& db, const Account& account) {
    if (account.id != AccountId{}) {
        // Another address is another mailbox: reading starts at its end, not at the old cursors.
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

std::vector<Account> next_page(Database& db, AccountId after, std::size_t most) {
    std::vector<Account> accounts;
    auto row = db.query("SELECT " ACCOUNT_COLUMNS ", login, mark FROM account WHERE id > ? ORDER BY id LIMIT ?");
    row.bind(number(after)).bind(static_cast<std::int64_t>(most));
    while (row.step()) accounts.push_back(account_of(db, row));
    return accounts;
}

std::vector<Account> all(Database& db) {
    std::vector<Account> accounts;
    for (auto page = next_page(db, {}); !page.empty(); page = next_page(db, accounts.back().id)) {
        for (auto& account : page) accounts.push_back(std::move(account));
    }
    return accounts;
}

namespace {

/// One account; nullopt if there is none or its row is damaged.
std::optional<Account> find(Database& db, AccountId id) {
    auto row = db.query("SELECT " ACCOUNT_COLUMNS ", login, mark FROM account WHERE id = ?");
    if (!row.bind(number(id)).step()) return std::nullopt;
    auto account = account_of(db, row);
    if (account.damaged) return std::nullopt;
    return account;
}

}  // namespace

void note_language(Database& db, AccountId id, const std::string& lang, Account::LanguageSource source) {
    auto account = find(db, id);
    if (!account) return;
    account->lang = lang;
    account->lang_source = source;
    db.query("UPDATE account SET lang = ?, state = ?, mark = ? WHERE id = ?")
        .bind(lang)
        .bind(state_of(*account))
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

void seal_anew(Database& db, Sealed before) {
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
        // A damaged row stays as it is: this is noticed when accounts are read.
        if (mark.blob && !mark.damaged) {
            db.query("UPDATE account SET mark = ? WHERE id = ?").bind_blob(*mark.blob).bind(number(account.id)).run();
        }
        if (login.blob) {
            db.query("UPDATE account SET login = ? WHERE id = ?").bind_blob(*login.blob).bind(number(account.id)).run();
        }
    }
}

}  // namespace gateway::accounts
