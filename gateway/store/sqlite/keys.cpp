// OpenPGP keys in SQL; see keys.h.

#include "gateway/store/sqlite/keys.h"

#include <algorithm>
#include <sstream>

namespace gateway::keys {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

using Seconds = std::optional<std::chrono::sys_seconds>;

void bind(Query& query, Binding& bound, const Seconds& time) {
    if (time) {
        query.bind(bound.add(std::int64_t(time->time_since_epoch().count())));
    } else {
        bound.add_null();
        query.bind_null();
    }
}

Seconds seconds(const Query& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return std::chrono::sys_seconds(std::chrono::seconds(row.integer(column)));
}

// The columns bound into the mark of a contact's keys, in this order.
#define PEER_COLUMNS                                                                                             \
    "account, contact, last_seen, autocrypt_timestamp, gossip_timestamp, mutual, key, fingerprint, gossip_key, " \
    "gossip_fingerprint, verified_key, verified, offered_key, offered, revoked"
constexpr int peer_columns = 15;
constexpr std::string_view peer_place = "peer_key.mark", own_place = "own_key.secret";

Binding own_binding(std::int64_t account, std::string_view fingerprint) {
    Binding bound(own_place);
    bound.add(account);
    bound.add(fingerprint);
    return bound;
}

/// A row of PEER_COLUMNS and mark. nullopt if they do not match.
std::optional<coi::autocrypt::Peer> peer_of(Database& db, const Query& row) {
    if (!open(db, row.blob(peer_columns), Binding(peer_place).add(row, 0, peer_columns))) return std::nullopt;
    coi::autocrypt::Peer peer;
    peer.last_seen = seconds(row, 2);
    peer.autocrypt_timestamp = seconds(row, 3);
    peer.gossip_timestamp = seconds(row, 4);
    peer.mutual = row.integer(5) != 0;
    peer.key = row.blob(6);
    peer.fingerprint = row.text(7);
    peer.gossip_key = row.blob(8);
    peer.gossip_fingerprint = row.text(9);
    peer.verified_key = row.blob(10);
    peer.verified = row.text(11);
    peer.offered_key = row.blob(12);
    peer.offered = row.text(13);
    std::istringstream revoked(row.text(14));
    for (std::string each; revoked >> each;) peer.revoked.push_back(each);
    return peer;
}

void set_peer_aside(Database& db, std::int64_t account, const std::string& contact, const std::string& content) {
    damaged::keep(db, account, "keys of " + contact, content);
    db.query("DELETE FROM peer_key WHERE account = ? AND contact = ?").bind(account).bind(contact).run();
}

}  // namespace

std::optional<Own> own(Database& db, AccountId account) {
    auto row = db.query("SELECT secret, fingerprint FROM own_key WHERE account = ?");
    if (!row.bind(number(account)).step()) return std::nullopt;
    auto secret = open(db, row.blob(0), own_binding(number(account), row.text(1)));
    if (!secret) {
        throw StoreError("the key of account " + std::to_string(number(account)) +
                         " does not match its seal: its user may write “key import” or “key replace”, or restore the "
                         "store from a backup");
    }
    return Own{coi::Secret(std::move(*secret)), row.text(1)};
}

coi::openpgp::Fingerprint own_fingerprint(Database& db, AccountId account) {
    auto row = db.query("SELECT secret, fingerprint FROM own_key WHERE account = ?");
    if (!row.bind(number(account)).step()) return {};
    return open(db, row.blob(0), own_binding(number(account), row.text(1))) ? row.text(1) : "";
}

void save(Database& db, AccountId account, const Own& own) {
    db.query(
          "INSERT INTO own_key (account, secret, fingerprint) VALUES (?, ?, ?) ON CONFLICT (account) DO UPDATE SET "
          "secret = excluded.secret, fingerprint = excluded.fingerprint")
        .bind(number(account))
        .bind_blob(close(db, own.secret.bytes(), own_binding(number(account), own.fingerprint)))
        .bind(own.fingerprint)
        .run();
}

Own save_first(Database& db, AccountId account, const Own& made) {
    if (auto first = own(db, account)) return *first;
    save(db, account, made);
    return made;
}

coi::autocrypt::Peer peer(Database& db, AccountId account, const std::string& contact) {
    std::string content;
    {
        auto row = db.query("SELECT " PEER_COLUMNS ", mark FROM peer_key WHERE account = ? AND contact = ?");
        if (!row.bind(number(account)).bind(contact).step()) return {};
        if (auto known = peer_of(db, row)) return *known;
        content = row.print();
    }
    set_peer_aside(db, number(account), contact, content);
    return {};
}

void each_peer(Database& db, AccountId account,
               const std::function<void(const std::string&, const coi::autocrypt::Peer&)>& call) {
    struct Damaged {
        std::string contact, content;
    };
    std::vector<Damaged> damaged;
    {
        auto row = db.query("SELECT " PEER_COLUMNS ", mark FROM peer_key WHERE account = ? ORDER BY contact");
        row.bind(number(account));
        while (row.step()) {
            if (const auto known = peer_of(db, row)) {
                call(row.text(1), *known);
            } else {
                damaged.push_back({row.text(1), row.print()});
            }
        }
    }
    for (const auto& row : damaged) set_peer_aside(db, number(account), row.contact, row.content);
}

void save(Database& db, AccountId account, const std::string& contact, const coi::autocrypt::Peer& peer) {
    auto query = db.query(
        "INSERT INTO peer_key (account, contact, last_seen, autocrypt_timestamp, gossip_timestamp, mutual, key, "
        "fingerprint, gossip_key, gossip_fingerprint, verified_key, verified, offered_key, offered, revoked, mark) "
        "VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, contact) DO UPDATE SET last_seen = "
        "excluded.last_seen, autocrypt_timestamp "
        "= "
        "excluded.autocrypt_timestamp, gossip_timestamp = excluded.gossip_timestamp, mutual = excluded.mutual, key = "
        "excluded.key, fingerprint = excluded.fingerprint, gossip_key = excluded.gossip_key, gossip_fingerprint = "
        "excluded.gossip_fingerprint, verified_key = excluded.verified_key, verified = excluded.verified, "
        "offered_key = excluded.offered_key, offered = excluded.offered, revoked = excluded.revoked, mark = "
        "excluded.mark");
    Binding bound(peer_place);
    query.bind(bound.add(number(account))).bind(bound.add(contact));
    for (const auto& time : {peer.last_seen, peer.autocrypt_timestamp, peer.gossip_timestamp}) bind(query, bound, time);
    query.bind(bound.add(std::int64_t(peer.mutual)));
    query.bind_blob(bound.add_blob(peer.key)).bind(bound.add(peer.fingerprint));
    query.bind_blob(bound.add_blob(peer.gossip_key)).bind(bound.add(peer.gossip_fingerprint));
    query.bind_blob(bound.add_blob(peer.verified_key)).bind(bound.add(peer.verified));
    std::string revoked;
    for (const auto& each : peer.revoked) revoked += (revoked.empty() ? "" : " ") + each;
    query.bind_blob(bound.add_blob(peer.offered_key)).bind(bound.add(peer.offered)).bind(bound.add(revoked));
    query.bind_blob(close(db, "", bound)).run();
}

std::vector<std::string> holders(Database& db, AccountId account, const coi::openpgp::Fingerprint& key,
                                 std::size_t most) {
    std::vector<std::string> found;
    for (const char* sql :
         {"SELECT contact FROM peer_key WHERE account = ? AND verified = ? AND verified <> '' ORDER BY rowid LIMIT ?",
          "SELECT k.contact FROM peer_key k CROSS JOIN relay r WHERE k.account = ? AND k.fingerprint = ? AND "
          "k.verified = '' AND r.account = k.account AND r.contact = k.contact AND r.key = k.fingerprint AND r.bound "
          "ORDER BY k.rowid LIMIT ?",
          "SELECT contact FROM peer_key WHERE account = ? AND fingerprint = ? AND verified = '' ORDER BY rowid LIMIT "
          "?"}) {
        auto row = db.query(sql);
        row.bind(number(account)).bind(key).bind(static_cast<std::int64_t>(most));
        while (row.step() && found.size() < most) {
            if (auto contact = row.text(0); std::ranges::find(found, contact) == found.end())
                found.push_back(std::move(contact));
        }
    }
    return found;
}

std::int64_t hearsay(Database& db, AccountId account) {
    auto row = db.query(
        "SELECT count(*) FROM peer_key k WHERE account = ? AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.account = "
        "k.account AND c.canonical = k.contact)");
    return row.bind(number(account)).step() ? row.integer(0) : 0;
}

void forget_peer(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM peer_key WHERE account = ? AND contact = ?").bind(number(account)).bind(contact).run();
}

void seal_anew(Database& db, Sealed before) {
    renew_table(db, before,
                {"SELECT account, account, fingerprint, secret FROM own_key WHERE account > ? ORDER BY account LIMIT 1",
                 "UPDATE own_key SET secret = ? WHERE account = ?", own_place, 2},
                [](const Query& row) { return "own_key.secret/" + std::to_string(row.integer(1)); });
    renew_table(db, before,
                {"SELECT rowid, " PEER_COLUMNS ", mark FROM peer_key WHERE rowid > ? ORDER BY rowid LIMIT 1",
                 "UPDATE peer_key SET mark = ? WHERE rowid = ?", peer_place, peer_columns},
                {});
}

}  // namespace gateway::keys
