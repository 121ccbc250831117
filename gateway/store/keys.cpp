// Keys in SQL; see keys.h. An invite is sealed as its own link.

#include "gateway/store/keys.h"

#include <sstream>

#include "gateway/store/sealed.h"

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

/// A row of `invite`.
struct Kept {
    coi::securejoin::Invite invite;
    std::chrono::sys_seconds expires{};
    coi::openpgp::Fingerprint used_by;
    bool answered = false;
};

// What is bound into each seal, in this order.
#define INVITE_COLUMNS "account, contact, number, expires, used_by, answered"
#define PEER_COLUMNS                                                                                             \
    "account, contact, last_seen, autocrypt_timestamp, gossip_timestamp, mutual, key, fingerprint, gossip_key, " \
    "gossip_fingerprint, verified_key, verified, offered_key, offered, revoked"
#define OTR_PEER_COLUMNS "account, contact, fingerprint, trust"
constexpr int invite_columns = 6, peer_columns = 15, otr_peer_columns = 4;
constexpr std::string_view invite_place = "invite.secret", peer_place = "peer_key.mark",
                           otr_peer_place = "otr_peer.mark", own_place = "own_key.secret",
                           otr_place = "otr_identity.secret";

void save(Database& db, AccountId account, const std::string& contact, const Kept& kept) {
    const auto& invite = kept.invite;
    auto query = db.query(
        "INSERT INTO invite (account, contact, number, expires, used_by, answered, secret) VALUES (?, ?, ?, ?, ?, ?, "
        "?) "
        "ON CONFLICT (account, contact, number) DO UPDATE SET secret = excluded.secret, expires = excluded.expires, "
        "used_by = excluded.used_by, answered = excluded.answered");
    Binding bound(invite_place);
    query.bind(bound.add(number(account))).bind(bound.add(contact)).bind(bound.add(invite.invite_number));
    query.bind(bound.add(std::int64_t(kept.expires.time_since_epoch().count()))).bind(bound.add(kept.used_by));
    query.bind(bound.add(std::int64_t(kept.answered)));
    query.bind_blob(close(db, coi::securejoin::print_link(invite), bound)).run();
}

std::vector<Kept> invites(Database& db, AccountId account, const std::string& contact) {
    std::vector<Kept> found;
    std::vector<std::pair<std::int64_t, std::string>> damaged;  // row number, content
    {
        auto row = db.query("SELECT " INVITE_COLUMNS
                            ", secret, rowid FROM invite WHERE account = ? AND contact = ? ORDER BY rowid DESC");
        row.bind(number(account)).bind(contact);
        while (row.step()) {
            const auto link = open(db, row.blob(invite_columns), Binding(invite_place).add(row, 0, invite_columns));
            if (auto invite = coi::securejoin::parse(link.value_or(""))) {
                found.push_back({std::move(*invite), std::chrono::sys_seconds(std::chrono::seconds(row.integer(3))),
                                 row.text(4), row.integer(5) != 0});
            } else {
                damaged.emplace_back(row.integer(invite_columns + 1), row.print());
            }
        }
    }
    for (const auto& [id, content] : damaged) {
        damaged::keep(db, number(account), contact.empty() ? "invite" : "invite of " + contact, content);
        db.query("DELETE FROM invite WHERE rowid = ?").bind(id).run();
    }
    return found;
}

Binding own_binding(std::int64_t account, std::string_view fingerprint) {
    Binding bound(own_place);
    bound.add(account);
    bound.add(fingerprint);
    return bound;
}

Binding otr_binding(std::int64_t account) {
    Binding bound(otr_place);
    bound.add(account);
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

std::string mark(const Seal& seal, const coi::autocrypt::Header& header) {
    constexpr std::size_t digits = 16;
    return seal.keyed_hash("autocrypt\n" + header.addr.canonical() + "\n" + header.key).substr(0, digits);
}

bool is_marked(const Seal& seal, const coi::autocrypt::Header& header) {
    return !header.mark.empty() && header.mark == mark(seal, header);
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

void each_peer(Database& db,
               const std::function<void(AccountId, const std::string&, const coi::autocrypt::Peer&)>& call) {
    struct Damaged {
        std::int64_t account;
        std::string contact, content;
    };
    std::vector<Damaged> damaged;
    {
        auto row = db.query("SELECT " PEER_COLUMNS ", mark FROM peer_key ORDER BY account, contact");
        while (row.step()) {
            if (const auto known = peer_of(db, row)) {
                call(AccountId(row.integer(0)), row.text(1), *known);
            } else {
                damaged.push_back({row.integer(0), row.text(1), row.print()});
            }
        }
    }
    for (const auto& row : damaged) set_peer_aside(db, row.account, row.contact, row.content);
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

std::int64_t hearsay(Database& db, AccountId account) {
    auto row = db.query(
        "SELECT count(*) FROM peer_key k WHERE account = ? AND NOT EXISTS (SELECT 1 FROM contact c WHERE c.account = "
        "k.account AND c.canonical = k.contact)");
    return row.bind(number(account)).step() ? row.integer(0) : 0;
}

void save(Database& db, AccountId account, const coi::securejoin::Offer& offer) {
    save(db, account, "", {offer.invite, offer.expires, offer.used_by, false});
}

void save(Database& db, AccountId account, const coi::securejoin::Joining& joining) {
    save(db, account, joining.invite.address.canonical(), {joining.invite, joining.expires, "", joining.answered});
}

std::vector<coi::securejoin::Offer> offers(Database& db, AccountId account) {
    std::vector<coi::securejoin::Offer> found;
    for (auto& row : invites(db, account, ""))
        found.push_back({std::move(row.invite), row.expires, std::move(row.used_by)});
    return found;
}

std::vector<coi::securejoin::Joining> joinings(Database& db, AccountId account, const std::string& contact) {
    std::vector<coi::securejoin::Joining> found;
    for (auto& row : invites(db, account, contact)) found.push_back({std::move(row.invite), row.expires, row.answered});
    return found;
}

Handshakes handshakes(Database& db, AccountId account, const std::string& contact) {
    Handshakes known{"", offers(db, account), joinings(db, account, contact)};
    auto row = db.query("SELECT secret, fingerprint FROM own_key WHERE account = ?");
    if (!row.bind(number(account)).step()) return known;
    if (open(db, row.blob(0), own_binding(number(account), row.text(1)))) known.own = row.text(1);
    return known;
}

void forget(Database& db, AccountId account, const coi::securejoin::Invite& invite) {
    db.query("DELETE FROM invite WHERE account = ? AND number = ?")
        .bind(number(account))
        .bind(invite.invite_number)
        .run();
}

void expire_invites(Database& db, std::chrono::sys_seconds now) {
    db.query("DELETE FROM invite WHERE expires <= ?").bind(std::int64_t(now.time_since_epoch().count())).run();
}

coi::Secret otr_identity(Database& db, AccountId account) {
    std::string content;
    {
        auto row = db.query("SELECT secret, account FROM otr_identity WHERE account = ?");
        if (!row.bind(number(account)).step()) return {};
        if (auto secret = open(db, row.blob(0), otr_binding(number(account)))) return coi::Secret(std::move(*secret));
        content = row.print();
    }
    damaged::keep(db, number(account), "OTR identity", content);
    db.query("DELETE FROM otr_identity WHERE account = ?").bind(number(account)).run();
    return {};
}

void save_otr_identity(Database& db, AccountId account, const coi::Secret& identity) {
    db.query(
          "INSERT INTO otr_identity (account, secret) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET secret = "
          "excluded.secret")
        .bind(number(account))
        .bind_blob(close(db, identity.bytes(), otr_binding(number(account))))
        .run();
}

std::vector<OtrPeer> otr_peers(Database& db, AccountId account, const std::string& contact) {
    std::vector<OtrPeer> found;
    std::vector<std::pair<std::string, std::string>> damaged;  // fingerprint, content
    {
        auto row = db.query("SELECT " OTR_PEER_COLUMNS
                            ", mark FROM otr_peer WHERE account = ? AND contact = ? ORDER BY fingerprint");
        row.bind(number(account)).bind(contact);
        while (row.step()) {
            const auto bound = Binding(otr_peer_place).add(row, 0, otr_peer_columns);
            if (open(db, row.blob(otr_peer_columns), bound)) {
                found.push_back({row.text(2), row.text(3)});
            } else {
                damaged.emplace_back(row.text(2), row.print());
            }
        }
    }
    for (const auto& [fingerprint, content] : damaged) {
        damaged::keep(db, number(account), "OTR fingerprint with " + contact, content);
        db.query("DELETE FROM otr_peer WHERE account = ? AND contact = ? AND fingerprint = ?")
            .bind(number(account))
            .bind(contact)
            .bind(fingerprint)
            .run();
    }
    return found;
}

void save(Database& db, AccountId account, const std::string& contact, const OtrPeer& peer) {
    auto query = db.query(
        "INSERT INTO otr_peer (account, contact, fingerprint, trust, mark) VALUES (?, ?, ?, ?, ?) ON CONFLICT "
        "(account, "
        "contact, fingerprint) DO UPDATE SET trust = excluded.trust, mark = excluded.mark");
    Binding bound(otr_peer_place);
    query.bind(bound.add(number(account))).bind(bound.add(contact));
    query.bind(bound.add(peer.fingerprint)).bind(bound.add(peer.trust));
    query.bind_blob(close(db, "", bound)).run();
}

void forget_contact(Database& db, AccountId account, const std::string& contact) {
    for (const char* sql : {"DELETE FROM peer_key WHERE account = ? AND contact = ?",
                            "DELETE FROM otr_peer WHERE account = ? AND contact = ?",
                            "DELETE FROM invite WHERE account = ? AND contact = ? AND contact <> ''"}) {
        db.query(sql).bind(number(account)).bind(contact).run();
    }
}

namespace {

/// One table: `next` gives the row after a number: its number, `columns` that are bound, and the blob; `update` writes
/// the blob. `by_number`: what 0.1.0 bound. Rows that are damaged stay as they are: they are set aside when they are
/// read.
void seal_table_anew(Database& db, Sealed before, const char* next, const char* update, std::string_view place,
                     int columns, const std::function<std::optional<std::string>(const Query&)>& by_number) {
    std::int64_t id = -1;
    for (;;) {
        Renewed renewed;
        {
            auto row = db.query(next);
            if (!row.bind(id).step()) return;
            const auto bound = Binding(place).add(row, 1, columns);
            id = row.integer(0);
            const auto number_only = by_number(row);
            renewed = renew(db, row.blob(columns + 1), bound, before, number_only ? &*number_only : nullptr);
        }
        if (renewed.blob) db.query(update).bind_blob(*renewed.blob).bind(id).run();
    }
}

/// otr_peer has no row numbers.
void seal_otr_peers_anew(Database& db, Sealed before) {
    std::int64_t account = -1;
    std::string contact, fingerprint;
    for (;;) {
        Renewed renewed;
        {
            auto row = db.query("SELECT " OTR_PEER_COLUMNS
                                ", mark FROM otr_peer WHERE (account, contact, fingerprint) > (?, ?, ?) ORDER BY "
                                "account, contact, fingerprint LIMIT 1");
            if (!row.bind(account).bind(contact).bind(fingerprint).step()) return;
            const auto bound = Binding(otr_peer_place).add(row, 0, otr_peer_columns);
            account = row.integer(0);
            contact = row.text(1);
            fingerprint = row.text(2);
            renewed = renew(db, row.blob(otr_peer_columns), bound, before, nullptr);
        }
        if (!renewed.blob) continue;
        db.query("UPDATE otr_peer SET mark = ? WHERE account = ? AND contact = ? AND fingerprint = ?")
            .bind_blob(*renewed.blob)
            .bind(account)
            .bind(contact)
            .bind(fingerprint)
            .run();
    }
}

}  // namespace

void seal_anew(Database& db, Sealed before) {
    const auto with_account = [](const char* table) {
        return [table](const Query& row) -> std::optional<std::string> {
            return std::string(table) + "/" + std::to_string(row.integer(1));
        };
    };
    seal_table_anew(
        db, before,
        "SELECT account, account, fingerprint, secret FROM own_key WHERE account > ? ORDER BY account LIMIT "
        "1",
        "UPDATE own_key SET secret = ? WHERE account = ?", own_place, 2, with_account("own_key.secret"));
    seal_table_anew(
        db, before, "SELECT account, account, secret FROM otr_identity WHERE account > ? ORDER BY account LIMIT 1",
        "UPDATE otr_identity SET secret = ? WHERE account = ?", otr_place, 1, with_account("otr_identity.secret"));
    seal_table_anew(db, before,
                    "SELECT rowid, " INVITE_COLUMNS ", secret FROM invite WHERE rowid > ? ORDER BY rowid LIMIT 1",
                    "UPDATE invite SET secret = ? WHERE rowid = ?", invite_place, invite_columns,
                    [](const Query& row) -> std::optional<std::string> {
                        return "invite.secret/" + std::to_string(row.integer(1)) + "/" + row.text(3);
                    });
    seal_table_anew(db, before,
                    "SELECT rowid, " PEER_COLUMNS ", mark FROM peer_key WHERE rowid > ? ORDER BY rowid LIMIT 1",
                    "UPDATE peer_key SET mark = ? WHERE rowid = ?", peer_place, peer_columns,
                    [](const Query&) -> std::optional<std::string> { return std::nullopt; });
    seal_otr_peers_anew(db, before);
}

}  // namespace gateway::keys
