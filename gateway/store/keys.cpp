// Keys in SQL; see keys.h. An invite is sealed as its own link.

#include "gateway/store/keys.h"

#include "gateway/store/sealed.h"

namespace gateway::keys {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

using Seconds = std::optional<std::chrono::sys_seconds>;

void bind(Query& query, const Seconds& time) {
    if (time) {
        query.bind(std::int64_t(time->time_since_epoch().count()));
    } else {
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

void save(Database& db, AccountId account, const std::string& contact, const Kept& kept) {
    const auto& invite = kept.invite;
    db.query(
          "INSERT INTO invite (account, contact, number, secret, expires, used_by, answered) VALUES (?, ?, ?, ?, ?, ?, "
          "?) ON CONFLICT (account, contact, number) DO UPDATE SET secret = excluded.secret, expires = "
          "excluded.expires, used_by = excluded.used_by, answered = excluded.answered")
        .bind(number(account))
        .bind(contact)
        .bind(invite.invite_number)
        .bind_blob(
            db.seal().close(coi::securejoin::print_link(invite), invite_purpose(number(account), invite.invite_number)))
        .bind(std::int64_t(kept.expires.time_since_epoch().count()))
        .bind(kept.used_by)
        .bind(std::int64_t(kept.answered))
        .run();
}

std::vector<Kept> invites(Database& db, AccountId account, const std::string& contact) {
    std::vector<Kept> found;
    auto row = db.query(
        "SELECT number, secret, expires, used_by, answered FROM invite WHERE account = ? AND contact = ? ORDER BY "
        "rowid DESC");
    row.bind(number(account)).bind(contact);
    while (row.step()) {
        const std::string link = db.seal().open(row.blob(1), invite_purpose(number(account), row.text(0)));
        auto invite = coi::securejoin::parse(link);
        if (!invite) continue;
        found.push_back({std::move(*invite), std::chrono::sys_seconds(std::chrono::seconds(row.integer(2))),
                         row.text(3), row.integer(4) != 0});
    }
    return found;
}

}  // namespace

std::optional<Own> own(Database& db, AccountId account) {
    auto row = db.query("SELECT secret, fingerprint FROM own_key WHERE account = ?");
    if (!row.bind(number(account)).step()) return std::nullopt;
    return Own{coi::Secret(db.seal().open(row.blob(0), own_key_purpose(number(account)))), row.text(1)};
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
        .bind_blob(db.seal().close(own.secret.bytes(), own_key_purpose(number(account))))
        .bind(own.fingerprint)
        .run();
}

Own save_first(Database& db, AccountId account, const Own& made) {
    if (auto first = own(db, account)) return *first;
    save(db, account, made);
    return made;
}

coi::autocrypt::Peer peer(Database& db, AccountId account, const std::string& contact) {
    coi::autocrypt::Peer peer;
    auto row = db.query(
        "SELECT last_seen, autocrypt_timestamp, gossip_timestamp, mutual, key, fingerprint, gossip_key, "
        "gossip_fingerprint, verified_key, verified FROM peer_key WHERE account = ? AND contact = ?");
    if (!row.bind(number(account)).bind(contact).step()) return peer;
    peer.last_seen = seconds(row, 0);
    peer.autocrypt_timestamp = seconds(row, 1);
    peer.gossip_timestamp = seconds(row, 2);
    peer.mutual = row.integer(3) != 0;
    peer.key = row.blob(4);
    peer.fingerprint = row.text(5);
    peer.gossip_key = row.blob(6);
    peer.gossip_fingerprint = row.text(7);
    peer.verified_key = row.blob(8);
    peer.verified = row.text(9);
    return peer;
}

void save(Database& db, AccountId account, const std::string& contact, const coi::autocrypt::Peer& peer) {
    auto query = db.query(
        "INSERT INTO peer_key (account, contact, last_seen, autocrypt_timestamp, gossip_timestamp, mutual, key, "
        "fingerprint, gossip_key, gossip_fingerprint, verified_key, verified) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?) ON CONFLICT (account, contact) DO UPDATE SET last_seen = excluded.last_seen, autocrypt_timestamp = "
        "excluded.autocrypt_timestamp, gossip_timestamp = excluded.gossip_timestamp, mutual = excluded.mutual, key = "
        "excluded.key, fingerprint = excluded.fingerprint, gossip_key = excluded.gossip_key, gossip_fingerprint = "
        "excluded.gossip_fingerprint, verified_key = excluded.verified_key, verified = excluded.verified");
    query.bind(number(account)).bind(contact);
    for (const auto& time : {peer.last_seen, peer.autocrypt_timestamp, peer.gossip_timestamp}) bind(query, time);
    query.bind(std::int64_t(peer.mutual)).bind_blob(peer.key).bind(peer.fingerprint).bind_blob(peer.gossip_key);
    query.bind(peer.gossip_fingerprint).bind_blob(peer.verified_key).bind(peer.verified).run();
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
    auto row = db.query("SELECT fingerprint FROM own_key WHERE account = ?");
    if (row.bind(number(account)).step()) known.own = row.text(0);
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
    auto row = db.query("SELECT secret FROM otr_identity WHERE account = ?");
    if (!row.bind(number(account)).step()) return {};
    return coi::Secret(db.seal().open(row.blob(0), otr_purpose(number(account))));
}

void save_otr_identity(Database& db, AccountId account, const coi::Secret& identity) {
    db.query(
          "INSERT INTO otr_identity (account, secret) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET secret = "
          "excluded.secret")
        .bind(number(account))
        .bind_blob(db.seal().close(identity.bytes(), otr_purpose(number(account))))
        .run();
}

std::vector<OtrPeer> otr_peers(Database& db, AccountId account, const std::string& contact) {
    std::vector<OtrPeer> found;
    auto row =
        db.query("SELECT fingerprint, trust FROM otr_peer WHERE account = ? AND contact = ? ORDER BY fingerprint");
    row.bind(number(account)).bind(contact);
    while (row.step()) found.push_back({row.text(0), row.text(1)});
    return found;
}

void save(Database& db, AccountId account, const std::string& contact, const OtrPeer& peer) {
    db.query(
          "INSERT INTO otr_peer (account, contact, fingerprint, trust) VALUES (?, ?, ?, ?) ON CONFLICT (account, "
          "contact, fingerprint) DO UPDATE SET trust = excluded.trust")
        .bind(number(account))
        .bind(contact)
        .bind(peer.fingerprint)
        .bind(peer.trust)
        .run();
}

void forget_contact(Database& db, AccountId account, const std::string& contact) {
    for (const char* sql : {"DELETE FROM peer_key WHERE account = ? AND contact = ?",
                            "DELETE FROM otr_peer WHERE account = ? AND contact = ?",
                            "DELETE FROM invite WHERE account = ? AND contact = ? AND contact <> ''"}) {
        db.query(sql).bind(number(account)).bind(contact).run();
    }
}

}  // namespace gateway::keys
