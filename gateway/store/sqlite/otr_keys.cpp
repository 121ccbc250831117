// OTR keys in SQL; see otr_keys.h.

#include "gateway/store/sqlite/otr_keys.h"

#include <string_view>
#include <utility>

namespace gateway::keys {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

// The columns bound into the mark of a client's fingerprint, in this order.
#define OTR_PEER_COLUMNS "account, contact, fingerprint, trust"
constexpr int otr_peer_columns = 4;
constexpr std::string_view otr_peer_place = "otr_peer.mark", otr_place = "otr_identity.secret";

Binding otr_binding(std::int64_t account) {
    Binding bound(otr_place);
    bound.add(account);
    return bound;
}

}  // namespace

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

void forget_otr_peers(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM otr_peer WHERE account = ? AND contact = ?").bind(number(account)).bind(contact).run();
}

namespace {

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

void seal_otr_anew(Database& db, Sealed before) {
    renew_table(db, before,
                {"SELECT account, account, secret FROM otr_identity WHERE account > ? ORDER BY account LIMIT 1",
                 "UPDATE otr_identity SET secret = ? WHERE account = ?", otr_place, 1},
                [](const Query& row) { return "otr_identity.secret/" + std::to_string(row.integer(1)); });
    seal_otr_peers_anew(db, before);
}

}  // namespace gateway::keys
