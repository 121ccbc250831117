// The id map's SQL; see ids.h. CROSS JOIN fixes the join order: from the few aliases to their message, never through a
// whole conversation.

#include "gateway/store/sqlite/ids.h"

#include <algorithm>
#include <string_view>

#include "gateway/store/sqlite/queue.h"

namespace gateway::ids {
namespace {

// The columns bound into the mark of a row, in this order; then the mark and the row's number.
#define KNOWN_COLUMNS                                                                                            \
    "k.account, k.contact, k.message, k.stanza, k.from_jabber, k.jid, k.lang, k.wants_receipt, k.time, k.mark, " \
    "k.id, k.corrects"
constexpr int bound_columns = 9, mark_column = 9, id_column = 10, corrects_column = 11;
constexpr std::string_view place = "known.mark";

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

Binding binding(const Known& known) {
    Binding bound(place);
    bound.add(number(known.account));
    for (const auto* text : {&known.contact, &known.message.value, &known.stanza.value}) bound.add(*text);
    bound.add(std::int64_t(known.from_jabber));
    bound.add(known.jid);
    bound.add(known.lang);
    bound.add(std::int64_t(known.wants_receipt));
    bound.add(std::int64_t(known.when.time_since_epoch().count()));
    if (!known.corrects.empty()) bound.add(known.corrects.value);  // not bound if empty, as in rows of older versions
    return bound;
}

Binding binding(const Query& row) {
    Binding bound(place);
    bound.add(row, 0, bound_columns);
    if (!row.text(corrects_column).empty()) bound.add(row, corrects_column, 1);
    return bound;
}

Known known_of(const Query& row) {
    Known known;
    known.account = AccountId(row.integer(0));
    known.contact = row.text(1);
    known.message.value = row.text(2);
    known.stanza.value = row.text(3);
    known.from_jabber = row.integer(4) != 0;
    known.jid = row.text(5);
    known.lang = row.text(6);
    known.wants_receipt = row.integer(7) != 0;
    known.when = Time(Time::duration(row.integer(8)));
    known.corrects.value = row.text(corrects_column);
    return known;
}

/// The first row of a query over KNOWN_COLUMNS. A row that does not match its mark is set aside, and the query is
/// repeated without it.
template <class Bind>
std::optional<Known> first(Database& db, const char* sql, const Bind& bind) {
    for (;;) {
        std::int64_t id = 0, account = 0;
        std::string content;
        {
            auto row = db.query(sql);
            bind(row);
            if (!row.step()) return std::nullopt;
            if (open(db, row.blob(mark_column), binding(row))) return known_of(row);
            id = row.integer(id_column);
            account = row.integer(0);
            content = row.print();
        }
        damaged::keep(db, account, "an id of a message", content);
        db.query("DELETE FROM known WHERE id = ?").bind(id).run();
    }
}

/// Whether this is an id, rewritten by a server, of a message in this direction.
bool is_alias(Database& db, const Known& known) {
    return db
        .query(
            "SELECT 1 FROM alias a CROSS JOIN known k WHERE k.id = a.known AND a.message = ? AND k.account = ? AND "
            "k.contact "
            "= ? "
            "AND k.from_jabber = ?")
        .bind(known.message.value)
        .bind(number(known.account))
        .bind(known.contact)
        .bind(std::int64_t(known.from_jabber))
        .step();
}

/// Both authors of a conversation may have used the same Message-ID.
Known retraction_of(Database& db, const Known& known, Time now) {
    Known of = known;
    of.message.value += known.from_jabber ? "\nuser" : "\ncontact";
    return told(of, News::retracted, now, db.seal());
}

}  // namespace

bool remember(Database& db, const Known& known) {
    if (is_alias(db, known)) return false;
    db.query(
          "INSERT INTO known (account, contact, message, from_jabber, stanza, jid, lang, wants_receipt, time, print, "
          "mark, corrects) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (message, account, contact, "
          "from_jabber) DO "
          "NOTHING")
        .bind(number(known.account))
        .bind(known.contact)
        .bind(known.message.value)
        .bind(std::int64_t(known.from_jabber))
        .bind(known.stanza.value)
        .bind(known.jid)
        .bind(known.lang)
        .bind(std::int64_t(known.wants_receipt))
        .bind(std::int64_t(known.when.time_since_epoch().count()))
        .bind_blob(known.fingerprint)
        .bind_blob(close(db, "", binding(known)))
        .bind(known.corrects.value)
        .run();
    return db.changes() > 0;
}

void retract(Database& db, const Known& known, Time now) { remember(db, retraction_of(db, known, now)); }

bool is_retracted(Database& db, const Known& known) {
    const auto row = retraction_of(db, known, {});
    return contact_message(db, row.account, row.contact, row.message).has_value();
}

void alias(Database& db, AccountId account, const coi::MessageId& known, const coi::MessageId& further) {
    if (known == further) return;
    db.query(
          "INSERT INTO alias (message, known) SELECT ?, id FROM known WHERE message = ? AND account = ? "
          "ON CONFLICT (message, known) DO NOTHING")
        .bind(further.value)
        .bind(known.value)
        .bind(number(account))
        .run();
}

std::optional<Known> by_message(Database& db, AccountId account, const coi::MessageId& message) {
    const auto bind = [&](Query& query) { query.bind(message.value).bind(number(account)); };
    if (auto known = first(db,
                           "SELECT " KNOWN_COLUMNS
                           " FROM known k WHERE k.message = ? AND k.account = ? ORDER BY k.id DESC LIMIT 1",
                           bind))
        return known;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM alias a CROSS JOIN known k WHERE k.id = a.known AND a.message = ? AND k.account = ? "
                 "ORDER BY a.known DESC LIMIT 1",
                 bind);
}

std::optional<Known> own_message(Database& db, AccountId account, const coi::MessageId& message) {
    const auto bind = [&](Query& query) { query.bind(message.value).bind(number(account)); };
    if (auto known =
            first(db,
                  "SELECT " KNOWN_COLUMNS " FROM known k WHERE k.message = ? AND k.account = ? AND k.from_jabber = 1 "
                  "ORDER BY k.id DESC LIMIT 1",
                  bind))
        return known;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM alias a CROSS JOIN known k WHERE k.id = a.known AND a.message = ? AND k.account = ? "
                 "AND k.from_jabber = 1 ORDER BY a.known DESC LIMIT 1",
                 bind);
}

std::vector<StanzaId> further_stanzas(Database& db, const Known& known) {
    std::vector<StanzaId> stanzas;
    const std::string from = key_of(known.message, {}).value;
    auto row = db.query("SELECT " KNOWN_COLUMNS
                        " FROM known k WHERE k.message > ? AND k.message < ? AND k.account = ? AND k.contact = ? "
                        "AND k.from_jabber = 0 ORDER BY k.id");
    // All keys that begin so: LF is followed by VT.
    row.bind(from).bind(from.substr(0, from.size() - 1) + '\v').bind(number(known.account)).bind(known.contact);
    while (row.step()) {
        const Known further = known_of(row);
        if (open(db, row.blob(mark_column), binding(row)) &&
            further.message == key_of(known.message, {further.stanza.value}))
            stanzas.push_back(further.stanza);
    }
    return stanzas;
}

std::optional<Known> contact_message(Database& db, AccountId account, const std::string& contact,
                                     const coi::MessageId& message) {
    const auto bind = [&](Query& query) { query.bind(message.value).bind(number(account)).bind(contact); };
    if (auto known =
            first(db,
                  "SELECT " KNOWN_COLUMNS
                  " FROM known k WHERE k.message = ? AND k.account = ? AND k.contact = ? AND k.from_jabber = 0",
                  bind))
        return known;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM alias a CROSS JOIN known k WHERE k.id = a.known AND a.message = ? AND k.account = ? "
                 "AND k.contact = ? AND k.from_jabber = 0 ORDER BY a.known DESC LIMIT 1",
                 bind);
}

std::optional<Counterpart> counterpart(Database& db, AccountId other, const std::string& contact,
                                       const Copies& copies) {
    std::optional<Known> copy;
    for (const auto& name : copies.names) {
        if (!copy) copy = contact_message(db, other, contact, name);
    }
    for (const auto& print : copies.prints) {
        if (copy || print.empty()) continue;
        copy = first(db,
                     "SELECT " KNOWN_COLUMNS
                     " FROM known k WHERE k.account = ? AND k.print = ? AND k.print <> x'' AND k.contact = ? "
                     "ORDER BY k.id LIMIT 1",
                     [&](Query& query) { query.bind(number(other)).bind_blob(print).bind(contact); });
    }
    if (!copy || copy->stanza.empty()) return std::nullopt;
    if (const auto queued = queue::find_stanza(db, copy->stanza.value); queued && queued->tentative)
        return Counterpart{copy->stanza, queued->id};
    db.query("UPDATE known SET print = x'' WHERE account = ? AND contact = ? AND stanza = ?")
        .bind(number(other))
        .bind(contact)
        .bind(copy->stanza.value)
        .run();
    return Counterpart{copy->stanza, 0};
}

bool knows_print(Database& db, AccountId account, const std::string& print) {
    if (print.empty()) return false;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM known k WHERE k.account = ? AND k.print = ? AND k.print <> x'' ORDER BY k.id LIMIT 1",
                 [&](Query& query) { query.bind(number(account)).bind_blob(print); })
        .has_value();
}

std::optional<Known> by_message(Database& db, const coi::MessageId& message) {
    const auto bind = [&](Query& query) { query.bind(message.value); };
    if (auto known =
            first(db, "SELECT " KNOWN_COLUMNS " FROM known k WHERE k.message = ? ORDER BY k.id DESC LIMIT 1", bind))
        return known;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM alias a CROSS JOIN known k WHERE k.id = a.known AND a.message = ? "
                 "ORDER BY a.known DESC LIMIT 1",
                 bind);
}

std::optional<Known> by_stanza(Database& db, AccountId account, const std::string& contact, const StanzaId& stanza) {
    if (stanza.empty()) return std::nullopt;  // many messages have no stanza id
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM known k WHERE k.account = ? AND k.contact = ? AND k.stanza = ? ORDER BY k.id DESC LIMIT 1",
                 [&](Query& query) { query.bind(number(account)).bind(contact).bind(stanza.value); });
}

std::optional<Known> newest_correction(Database& db, const Known& original) {
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM known k WHERE k.account = ? AND k.corrects = ? AND k.corrects <> '' AND k.contact = ? "
                 "AND k.from_jabber = ? ORDER BY k.id DESC LIMIT 1",
                 [&](Query& query) {
                     query.bind(number(original.account)).bind(original.message.value).bind(original.contact);
                     query.bind(std::int64_t(original.from_jabber));
                 });
}

std::optional<Known> original_of(Database& db, const Known& known) {
    if (known.corrects.empty()) return known;
    return first(db,
                 "SELECT " KNOWN_COLUMNS
                 " FROM known k WHERE k.message = ? AND k.account = ? AND k.contact = ? AND k.from_jabber = ?",
                 [&](Query& query) {
                     query.bind(known.corrects.value).bind(number(known.account)).bind(known.contact);
                     query.bind(std::int64_t(known.from_jabber));
                 });
}

std::vector<coi::MessageId> shown_up_to(Database& db, AccountId account, const std::string& contact,
                                        const StanzaId& stanza, std::size_t most) {
    std::vector<coi::MessageId> messages;
    if (stanza.empty()) return messages;
    std::int64_t last = 0;
    {
        auto row = db.query(
            "SELECT id FROM known WHERE account = ? AND contact = ? AND stanza = ? AND from_jabber = 0 "
            "ORDER BY id DESC LIMIT 1");
        if (!row.bind(number(account)).bind(contact).bind(stanza.value).step()) return messages;
        last = row.integer(0);
    }
#define UNSHOWN "account = ? AND contact = ? AND from_jabber = 0 AND wants_receipt = 1 AND shown = 0 AND id <= ?"
    {
        auto row = db.query("SELECT message FROM known WHERE " UNSHOWN " ORDER BY id DESC LIMIT ?");
        row.bind(number(account)).bind(contact).bind(last).bind(static_cast<std::int64_t>(most));
        while (row.step()) {
            const auto said = said_by({row.text(0)});
            if (std::ranges::find(messages, said) == messages.end()) messages.insert(messages.begin(), said);
        }
    }
    db.query("UPDATE known SET shown = 1 WHERE " UNSHOWN).bind(number(account)).bind(contact).bind(last).run();
#undef UNSHOWN
    return messages;
}

bool forget_author(Database& db, const Known& known) {
    auto row = contact_message(db, known.account, known.contact, known.message);
    if (!row || row->jid.empty() || row->message != known.message) return false;
    row->jid.clear();
    db.query(
          "UPDATE known SET jid = '', mark = ? WHERE message = ? AND account = ? AND contact = ? AND from_jabber = 0 "
          "AND "
          "jid <> ''")
        .bind_blob(close(db, "", binding(*row)))
        .bind(known.message.value)
        .bind(number(known.account))
        .bind(known.contact)
        .run();
    return db.changes() > 0;
}

std::int64_t count_from(Database& db, AccountId account, const std::string& contact, const StanzaId& stanza,
                        const std::string& jid, Time since) {
    auto query = db.query(
        "SELECT count(*) FROM known WHERE account = ? AND contact = ? AND stanza = ? AND from_jabber = 1 AND jid = ? "
        "AND time >= ?");
    query.bind(number(account)).bind(contact).bind(stanza.value).bind(jid);
    query.bind(std::int64_t(since.time_since_epoch().count())).step();
    return query.integer(0);
}

std::vector<AccountId> active(Database& db, Time since, std::size_t most) {
    std::vector<AccountId> accounts;
    auto row =
        db.query("SELECT account FROM known WHERE time >= ? GROUP BY account ORDER BY max(time) DESC, account LIMIT ?");
    row.bind(std::int64_t(since.time_since_epoch().count())).bind(static_cast<std::int64_t>(most));
    while (row.step()) accounts.push_back(AccountId(row.integer(0)));
    return accounts;
}

bool knows_any(Database& db, AccountId account) {
    return db.query("SELECT 1 FROM known WHERE account = ? LIMIT 1").bind(number(account)).step();
}

void forget(Database& db, AccountId account, const std::string& contact, const StanzaId& stanza) {
    db.query("DELETE FROM known WHERE account = ? AND contact = ? AND stanza = ? AND from_jabber = 0")
        .bind(number(account))
        .bind(contact)
        .bind(stanza.value)
        .run();
}

void expire(Database& db, Time before) {
    db.query("DELETE FROM known WHERE time < ?").bind(std::int64_t(before.time_since_epoch().count())).run();
}

void forget_account(Database& db, AccountId account) {
    db.query("DELETE FROM known WHERE account = ?").bind(number(account)).run();
}

void seal_anew(Database& db, Sealed before) {
    for (std::int64_t id = -1;;) {
        Renewed renewed;
        {
            auto row = db.query("SELECT " KNOWN_COLUMNS " FROM known k WHERE k.id > ? ORDER BY k.id LIMIT 1");
            if (!row.bind(id).step()) return;
            const auto bound = binding(row);
            id = row.integer(id_column);
            renewed = renew(db, row.blob(mark_column), bound, before, nullptr);
        }
        if (renewed.blob) db.query("UPDATE known SET mark = ? WHERE id = ?").bind_blob(*renewed.blob).bind(id).run();
    }
}

}  // namespace gateway::ids
