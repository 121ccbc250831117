// The queue's SQL; see queue.h. Every statement that runs per message uses an index (tests QueryPlan and QueryCost).
// LEFT JOIN fixes the join order, first the conversation and then its payloads, and shows where a payload is missing.

#include "gateway/store/sqlite/queue.h"

#include <algorithm>
#include <charconv>
#include <functional>
#include <sstream>
#include <string_view>

#include "gateway/log.h"
#include "gateway/store/sqlite/payload.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::queue {
namespace {

// The columns bound into the seal of the payload, and then those that change with each attempt.
#define BOUND_COLUMNS                                                                                            \
    "q.id, q.leg, q.account, q.contact, q.name, q.origin, q.origin_id, q.lang, q.sender, q.recipient, q.taken, " \
    "q.expires, q.held"
#define ENTRY_COLUMNS BOUND_COLUMNS ", q.next, q.attempts, q.delay_told, q.last_error, q.strikes"
constexpr int bound_columns = 13, payload_column = 18;
constexpr std::string_view place = "payload.bytes";

std::int64_t number(Time time) { return time.time_since_epoch().count(); }
std::int64_t number(Direction direction) { return static_cast<std::int64_t>(direction); }
std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }
Time time_of(std::int64_t number) { return Time(Time::duration(number)); }

Entry entry_of(const Query& row) {
    Entry entry;
    entry.id = row.integer(0);
    entry.direction = static_cast<Direction>(row.integer(1));
    entry.account = AccountId(row.integer(2));
    entry.contact = row.text(3);
    entry.name = row.text(4);
    entry.origin = row.text(5);
    entry.origin_id = row.text(6);
    entry.lang = row.text(7);
    entry.from = row.text(8);
    entry.to = row.text(9);
    entry.taken = time_of(row.integer(10));
    entry.expires = time_of(row.integer(11));
    entry.tentative = row.integer(12) != 0;
    entry.next = time_of(row.integer(13));
    entry.attempts = static_cast<int>(row.integer(14));
    entry.delay_told = row.integer(15) != 0;
    entry.last_error = row.text(16);
    entry.strikes = static_cast<int>(row.integer(17));
    return entry;
}

// Prefixes of a payload that has `also` or `beside` with it: such a byte, the length of that text, a colon, the text.
// No mail and no stanza begins with one.
constexpr char has_beside = '\x01', has_also = '\x02';
constexpr std::size_t most_bytes_of_next = 8 * 1024 * 1024;  // read at once of a conversation

std::string prefix(char kind, const std::string& text) {
    return text.empty() ? std::string() : kind + std::to_string(text.size()) + ":" + text;
}

/// Removes a prefix of this kind; "" if there is none.
std::string take_prefix(std::string_view& bytes, char kind) {
    const auto colon = bytes.find(':');
    std::size_t length = 0;
    if (bytes.empty() || bytes[0] != kind || colon == bytes.npos ||
        std::from_chars(bytes.data() + 1, bytes.data() + colon, length).ec != std::errc() ||
        length > bytes.size() - colon - 1) {
        return {};
    }
    std::string text(bytes.substr(colon + 1, length));
    bytes.remove_prefix(colon + 1 + length);
    return text;
}

/// What stands before the payload.
std::string head_of(const Entry& entry) {
    std::string also;
    for (const auto& each : entry.also) also += (also.empty() ? "" : "\n") + each;
    return prefix(has_also, also) + prefix(has_beside, entry.beside);
}

void unpack(Entry& entry, std::string bytes) {
    std::string_view rest = bytes;
    std::istringstream also(take_prefix(rest, has_also));
    for (std::string each; std::getline(also, each);) entry.also.push_back(each);
    entry.beside = take_prefix(rest, has_beside);
    bytes.erase(0, bytes.size() - rest.size());
    entry.payload = std::move(bytes);
}

Binding binding(std::int64_t id, const Entry& entry) {
    Binding bound(place);
    for (const auto number : {id, number(entry.direction), number(entry.account)}) bound.add(number);
    for (const auto* text :
         {&entry.contact, &entry.name, &entry.origin, &entry.origin_id, &entry.lang, &entry.from, &entry.to}) {
        bound.add(*text);
    }
    for (const auto number : {number(entry.taken), number(entry.expires), std::int64_t(entry.tentative)})
        bound.add(number);
    return bound;
}

/// Sets an entry aside. The payload stays; direction, sender and recipient in the row cannot be trusted.
void set_aside(Database& db, std::int64_t id) {
    log::error(
        "store: message {} of the queue does not match its seal: it is damaged, or was changed by somebody else. "
        "It is set aside and not sent",
        id);
    db.query(
          "UPDATE queue SET leg = 2, last_error = 'set aside: it does not match its seal (damaged, or changed by "
          "somebody else)' WHERE id = ?")
        .bind(id)
        .run();
}

/// All rows of a query over ENTRY_COLUMNS followed by the sealed payload. Rows that do not match their seal are set
/// aside, and the query is repeated without them. Rows behind `enough` bytes come without their payload, unchecked.
std::vector<Entry> with_payload(Database& db, const char* sql, const std::function<void(Query&)>& bind,
                                bool keeps_payload = true, std::size_t enough = SIZE_MAX) {
    for (;;) {
        std::vector<Entry> entries;
        std::vector<std::int64_t> damaged;
        {
            auto row = db.query(sql);
            bind(row);
            std::size_t bytes = 0;
            while (row.step()) {
                if (bytes >= enough) {  // it is read again when it is its turn
                    entries.push_back(entry_of(row));
                    continue;
                }
                const auto bound = Binding(place).add(row, 0, bound_columns);
                auto bytes_of = payload::open(db, row.integer(0), row.blob(payload_column), bound);
                if (!bytes_of) {
                    damaged.push_back(row.integer(0));
                    continue;
                }
                bytes += bytes_of->size();
                entries.push_back(entry_of(row));
                unpack(entries.back(), std::move(*bytes_of));
                if (!keeps_payload) entries.back().payload = {};
            }
        }
        if (damaged.empty()) return entries;
        for (const auto id : damaged) set_aside(db, id);
    }
}

std::optional<Entry> first(std::vector<Entry> entries) {
    if (entries.empty()) return std::nullopt;
    return std::move(entries.front());
}

}  // namespace

std::int64_t put(Database& db, const Entry& entry) {
    // The id is the first bound field and known only after the insert.
    auto query = db.query(
        "INSERT INTO queue (leg, account, contact, name, origin, origin_id, lang, sender, recipient, taken, expires, "
        "held, next, attempts, delay_told, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    query.bind(number(entry.direction))
        .bind(number(entry.account))
        .bind(entry.contact)
        .bind(entry.name)
        .bind(entry.origin);
    query.bind(entry.origin_id).bind(entry.lang).bind(entry.from).bind(entry.to).bind(number(entry.taken));
    query.bind(number(entry.expires)).bind(std::int64_t(entry.tentative)).bind(number(entry.next));
    query.bind(std::int64_t(entry.attempts)).bind(std::int64_t(entry.delay_told)).bind(entry.last_error).run();
    const auto id = db.last_id();
    payload::put(db, id, head_of(entry), entry.payload, binding(id, entry));
    return id;
}

void set_unknown_aside(Database& db) {
    std::vector<std::int64_t> unknown;
    {
        auto row = db.query("SELECT id FROM queue WHERE leg NOT IN (0, 1, 2)");
        while (row.step()) unknown.push_back(row.integer(0));
    }
    for (const auto id : unknown) set_aside(db, id);
}

std::vector<Entry> heads(Database& db, Direction direction, std::int64_t after, std::size_t most) {
    return with_payload(
        db,
        "SELECT " ENTRY_COLUMNS
        ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.leg = ? AND q.id > ? "
        "AND NOT EXISTS (SELECT 1 FROM queue e WHERE e.account = q.account AND e.contact = q.contact "
        "AND e.leg = q.leg AND e.id < q.id) ORDER BY q.id LIMIT ?",
        [&](Query& query) { query.bind(number(direction)).bind(after).bind(static_cast<std::int64_t>(most)); },
        false);  // read only to check the seal
}

std::vector<Entry> next(Database& db, Direction direction, AccountId account, const std::string& contact,
                        std::int64_t after, std::size_t most) {
    return with_payload(
        db,
        "SELECT " ENTRY_COLUMNS
        ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.account = ? "
        "AND q.contact = ? AND q.leg = ? AND q.id > ? ORDER BY q.id LIMIT ?",
        [&](Query& query) {
            query.bind(number(account)).bind(contact).bind(number(direction)).bind(after);
            query.bind(static_cast<std::int64_t>(most));
        },
        true, most_bytes_of_next);
}

std::vector<Entry> waiting(Database& db, AccountId account, const std::string& contact, const coi::MessageId& message) {
    auto query = db.query("SELECT " ENTRY_COLUMNS
                          " FROM queue q WHERE q.account = ? AND q.contact = ? AND q.leg = ? AND (q.name = ? OR EXISTS "
                          "(SELECT 1 FROM known k WHERE k.message = q.name AND k.account = q.account AND k.contact = "
                          "q.contact AND k.from_jabber = 1 AND k.corrects = ?)) ORDER BY q.id");
    query.bind(number(account)).bind(contact).bind(number(Direction::mail)).bind(message.value).bind(message.value);
    std::vector<Entry> entries;
    while (query.step()) entries.push_back(entry_of(query));
    return entries;
}

std::optional<Entry> find(Database& db, std::int64_t id) {
    auto entry =
        first(with_payload(db,
                           "SELECT " ENTRY_COLUMNS
                           ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.id = ? AND q.leg < 2",
                           [&](Query& query) { query.bind(id); }));
    if (entry) return entry;
    auto row = db.query("SELECT " ENTRY_COLUMNS " FROM queue q WHERE q.id = ? AND q.leg = 2");
    return row.bind(id).step() ? std::optional(entry_of(row)) : std::nullopt;
}

std::optional<Entry> find_stanza(Database& db, const std::string& id) {
    return first(
        with_payload(db,
                     "SELECT " ENTRY_COLUMNS
                     ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.name = ? AND q.leg = 1 "
                     "ORDER BY q.id LIMIT 1",  // Direction::jabber, as a literal so that the partial index is used
                     [&](Query& query) { query.bind(id); }));
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

/// Whether the account's waiting mail stays under 200 MB with this payload.
bool has_room(Database& db, const Entry& entry) {
    constexpr std::int64_t most = 200'000'000;
    auto waiting = db.query(
        "SELECT coalesce(sum(length(p.bytes) + (SELECT coalesce(sum(length(r.bytes)), 0) FROM payload_piece r WHERE "
        "r.payload = p.id)), 0) FROM queue q JOIN payload p ON p.id = q.id WHERE q.account = ? AND q.leg = 0");
    waiting.bind(number(entry.account)).step();
    return waiting.integer(0) + static_cast<std::int64_t>(entry.payload.size()) <= most;
}

void release(Database& db, const Entry& entry, Time now) {
    db.query("UPDATE queue SET next = ? WHERE id = ? AND next > ?")
        .bind(number(now))
        .bind(entry.id)
        .bind(number(now))
        .run();
    if (db.changes() == 0 || entry.payload.empty() || !has_room(db, entry)) return;
    payload::replace(db, entry.id, head_of(entry), entry.payload, binding(entry.id, entry));
}

void note_strikes(Database& db, std::int64_t id, int strikes) {
    db.query("UPDATE queue SET strikes = ? WHERE id = ?").bind(std::int64_t(strikes)).bind(id).run();
}

std::vector<Entry> list(Database& db, std::int64_t after, std::size_t most) {
    auto query = db.query("SELECT " ENTRY_COLUMNS " FROM queue q WHERE q.id > ? ORDER BY q.id LIMIT ?");
    query.bind(after).bind(static_cast<std::int64_t>(most));
    std::vector<Entry> entries;
    while (query.step()) entries.push_back(entry_of(query));
    return entries;
}

std::vector<Entry> overdue(Database& db, Time now, Time warn_before, std::size_t most) {
    return with_payload(
        db,
        "SELECT " ENTRY_COLUMNS
        ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.leg < 2 AND (q.expires <= ? OR (q.taken <= "
        "? AND q.delay_told = 0 AND q.leg = ? AND q.origin <> '')) ORDER BY q.id LIMIT ?",
        [&](Query& query) {
            query.bind(number(now)).bind(number(warn_before)).bind(number(Direction::mail));
            query.bind(static_cast<std::int64_t>(most));
        },
        false);  // read only to check the seal
}

void retry_all_now(Database& db, Time now) {
    db.query("UPDATE queue SET next = ? WHERE next > ?").bind(number(now)).bind(number(now)).run();
}

std::int64_t count(Database& db, Direction direction) {
    auto query = db.query("SELECT count(*) FROM queue WHERE leg = ?");
    query.bind(number(direction)).step();
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

std::int64_t count_unsent(Database& db, AccountId account) {
    auto query = db.query("SELECT count(*) FROM queue WHERE account = ? AND leg = ? AND origin <> ''");
    query.bind(number(account)).bind(number(Direction::mail)).step();
    return query.integer(0);
}

std::vector<Entry> owing_notice(Database& db, AccountId account, std::size_t most) {
    return with_payload(
        db,
        "SELECT " ENTRY_COLUMNS
        ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.account = ? AND q.leg = ? AND (q.origin <> "
        "'' OR q.held <> 0) "
        "ORDER BY q.id LIMIT ?",
        [&](Query& query) {
            query.bind(number(account)).bind(number(Direction::jabber)).bind(static_cast<std::int64_t>(most));
        },
        false);  // read only to check the seal
}

bool owes_notice(Database& db, AccountId account) {
    auto query = db.query("SELECT 1 FROM queue WHERE account = ? AND leg = ? AND (origin <> '' OR held <> 0) LIMIT 1");
    return query.bind(number(account)).bind(number(Direction::jabber)).step();
}

void forget_account(Database& db, AccountId account) {
    db.query("DELETE FROM queue WHERE account = ?").bind(number(account)).run();
}

void seal_anew(Database& db, Sealed before) {
    for (std::int64_t id = 0;;) {  // one by one: only one large mail in memory at a time
        Renewed renewed;
        {
            auto row = db.query("SELECT " BOUND_COLUMNS
                                ", p.bytes FROM queue q LEFT JOIN payload p ON p.id = q.id WHERE q.id > ? AND q.leg < "
                                "2 ORDER BY q.id LIMIT 1");
            if (!row.bind(id).step()) return;
            const auto bound = Binding(place).add(row, 0, bound_columns);
            id = row.integer(0);
            const std::string by_number = "payload.bytes/" + std::to_string(id);
            const std::string bytes = row.blob(bound_columns);
            if (payload::is_in_pieces(bytes))
                renewed.damaged = !payload::renew_pieces(db, id, bytes, bound);
            else
                renewed = renew(db, bytes, bound, before, &by_number);
        }
        if (renewed.damaged) set_aside(db, id);
        if (renewed.blob) db.query("UPDATE payload SET bytes = ? WHERE id = ?").bind_blob(*renewed.blob).bind(id).run();
    }
}

}  // namespace gateway::queue
