// The queue's SQL; see queue.h. Every statement on the way of a message is served by an index (tests QueryPlan
// and QueryCost). CROSS JOIN pins the order: first the line, then its payloads.

#include "gateway/store/queue.h"

#include <algorithm>

#include "gateway/store/sealed.h"

namespace gateway::queue {
namespace {

#define ENTRY_COLUMNS                                                                                            \
    "q.id, q.leg, q.account, q.contact, q.name, q.origin, q.origin_id, q.lang, q.sender, q.recipient, q.taken, " \
    "q.next, "                                                                                                   \
    "q.expires, q.attempts, q.delay_told, q.held, q.last_error"

std::int64_t number(Time time) { return time.time_since_epoch().count(); }
std::int64_t number(Leg leg) { return static_cast<std::int64_t>(leg); }
std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }
Time time_of(std::int64_t number) { return Time(Time::duration(number)); }

Entry entry_of(const Query& row) {
    Entry entry;
    entry.id = row.integer(0);
    entry.leg = static_cast<Leg>(row.integer(1));
    entry.account = AccountId(row.integer(2));
    entry.contact = row.text(3);
    entry.name = row.text(4);
    entry.origin = row.text(5);
    entry.origin_id = row.text(6);
    entry.lang = row.text(7);
    entry.from = row.text(8);
    entry.to = row.text(9);
    entry.taken = time_of(row.integer(10));
    entry.next = time_of(row.integer(11));
    entry.expires = time_of(row.integer(12));
    entry.attempts = static_cast<int>(row.integer(13));
    entry.delay_told = row.integer(14) != 0;
    entry.held = row.integer(15) != 0;
    entry.last_error = row.text(16);
    return entry;
}

/// All rows of a query over ENTRY_COLUMNS followed by the sealed payload.
std::vector<Entry> with_payload(const Database& db, Query& query) {
    std::vector<Entry> entries;
    while (query.step()) {
        entries.push_back(entry_of(query));
        entries.back().payload = db.seal().open(query.blob(17), payload_purpose(entries.back().id));
    }
    return entries;
}

std::optional<Entry> first(std::vector<Entry> entries) {
    if (entries.empty()) return std::nullopt;
    return std::move(entries.front());
}

}  // namespace

std::int64_t put(Database& db, const Entry& entry) {
    db.query(
          "INSERT INTO queue (leg, account, contact, name, origin, origin_id, lang, sender, recipient, taken, next, "
          "expires, "
          "attempts, delay_told, held, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(number(entry.leg))
        .bind(number(entry.account))
        .bind(entry.contact)
        .bind(entry.name)
        .bind(entry.origin)
        .bind(entry.origin_id)
        .bind(entry.lang)
        .bind(entry.from)
        .bind(entry.to)
        .bind(number(entry.taken))
        .bind(number(entry.next))
        .bind(number(entry.expires))
        .bind(std::int64_t(entry.attempts))
        .bind(std::int64_t(entry.delay_told))
        .bind(std::int64_t(entry.held))
        .bind(entry.last_error)
        .run();
    const auto id = db.last_id();
    db.query("INSERT INTO payload (id, bytes) VALUES (?, ?)")
        .bind(id)
        .bind_blob(db.seal().close(entry.payload, payload_purpose(id)))
        .run();
    return id;
}

std::vector<Entry> heads(Database& db, Leg leg, std::int64_t after, std::size_t most) {
    auto query = db.query("SELECT " ENTRY_COLUMNS
                          ", p.bytes FROM queue q CROSS JOIN payload p WHERE p.id = q.id AND q.leg = ? AND q.id > ? "
                          "AND NOT EXISTS (SELECT 1 FROM queue e WHERE e.account = q.account AND e.contact = q.contact "
                          "AND e.leg = q.leg AND e.id < q.id) ORDER BY q.id LIMIT ?");
    query.bind(number(leg)).bind(after).bind(static_cast<std::int64_t>(most));
    return with_payload(db, query);
}

std::vector<Entry> next(Database& db, Leg leg, AccountId account, const std::string& contact, std::int64_t after,
                        std::size_t most) {
    auto query = db.query("SELECT " ENTRY_COLUMNS
                          ", p.bytes FROM queue q CROSS JOIN payload p WHERE p.id = q.id AND q.account = ? "
                          "AND q.contact = ? AND q.leg = ? AND q.id > ? ORDER BY q.id LIMIT ?");
    query.bind(number(account)).bind(contact).bind(number(leg)).bind(after).bind(static_cast<std::int64_t>(most));
    return with_payload(db, query);
}

std::optional<Entry> find(Database& db, std::int64_t id) {
    auto query =
        db.query("SELECT " ENTRY_COLUMNS ", p.bytes FROM queue q CROSS JOIN payload p WHERE p.id = q.id AND q.id = ?");
    query.bind(id);
    return first(with_payload(db, query));
}

std::optional<Entry> find_stanza(Database& db, const std::string& id) {
    auto query = db.query("SELECT " ENTRY_COLUMNS
                          ", p.bytes FROM queue q CROSS JOIN payload p WHERE p.id = q.id AND q.name = ? AND q.leg = 1 "
                          "ORDER BY q.id LIMIT 1");  // Leg::jabber, said so that the index serves it
    query.bind(id);
    return first(with_payload(db, query));
}

bool done(Database& db, std::int64_t id) {
    db.query("DELETE FROM queue WHERE id = ?").bind(id).run();
    return db.changes() > 0;
}

void retry(Database& db, std::int64_t id, Time next, int attempts, const std::string& error, bool delay_told) {
    db.query("UPDATE queue SET next = ?, attempts = ?, last_error = ?, delay_told = delay_told | ? WHERE id = ?")
        .bind(number(next))
        .bind(std::int64_t(attempts))
        .bind(error)
        .bind(std::int64_t(delay_told))
        .bind(id)
        .run();
}

std::vector<Entry> list(Database& db, std::int64_t after, std::size_t most) {
    auto query = db.query("SELECT " ENTRY_COLUMNS " FROM queue q WHERE q.id > ? ORDER BY q.id LIMIT ?");
    query.bind(after).bind(static_cast<std::int64_t>(most));
    std::vector<Entry> entries;
    while (query.step()) entries.push_back(entry_of(query));
    return entries;
}

std::vector<Entry> overdue(Database& db, Time now, Time warn_before, std::size_t most) {
    auto query = db.query("SELECT " ENTRY_COLUMNS
                          " FROM queue q WHERE q.expires <= ? OR (q.taken <= ? AND q.delay_told = 0 AND q.leg = ? AND "
                          "q.origin <> '') ORDER BY q.id LIMIT ?");
    query.bind(number(now)).bind(number(warn_before)).bind(number(Leg::mail)).bind(static_cast<std::int64_t>(most));
    std::vector<Entry> entries;
    while (query.step()) entries.push_back(entry_of(query));
    return entries;
}

void retry_all_now(Database& db, Time now) {
    db.query("UPDATE queue SET next = ? WHERE next > ?").bind(number(now)).bind(number(now)).run();
}

std::int64_t count(Database& db, Leg leg) {
    auto query = db.query("SELECT count(*) FROM queue WHERE leg = ?");
    query.bind(number(leg)).step();
    return query.integer(0);
}

std::int64_t count(Database& db, AccountId account) {
    auto query = db.query("SELECT count(*) FROM queue WHERE account = ?");
    query.bind(number(account)).step();
    return query.integer(0);
}

bool holds_any(Database& db, AccountId account) {
    return db.query("SELECT 1 FROM queue WHERE account = ? LIMIT 1").bind(number(account)).step();
}

void forget_account(Database& db, AccountId account) {
    db.query("DELETE FROM queue WHERE account = ?").bind(number(account)).run();
}

bool Room::take(Database& db, AccountId account) {
    constexpr std::size_t most_accounts = 1000;
    if (left_.size() >= most_accounts) left_.clear();
    auto& left = left_[account];
    if (left == 0) left = most_ - std::min(most_, static_cast<std::size_t>(count(db, account)));
    if (left == 0) return false;
    --left;
    return true;
}

}  // namespace gateway::queue
