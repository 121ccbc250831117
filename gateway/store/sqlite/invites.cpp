// Invites in SQL; see invites.h. An invite is sealed as its own link.

#include "gateway/store/sqlite/invites.h"

#include <optional>
#include <string_view>
#include <utility>

#include "gateway/store/sqlite/keys.h"

namespace gateway::keys {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

// The columns bound into the seal of an invite, in this order.
#define INVITE_COLUMNS "account, contact, number, expires, used_by, answered"
constexpr int invite_columns = 6;
constexpr std::string_view invite_place = "invite.secret";

/// A row of `invite`.
struct Kept {
    coi::securejoin::Invite invite;
    std::chrono::sys_seconds expires{};
    coi::openpgp::Fingerprint used_by;
    bool answered = false;
};

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

/// Invites of `contact`, "" for the account's own; the newest first.
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

/// Whose invites the account follows, so far as it asks for at once.
std::vector<std::string> inviters(Database& db, AccountId account) {
    constexpr std::int64_t most = 20;
    std::vector<std::string> all;
    auto row = db.query("SELECT DISTINCT contact FROM invite WHERE account = ? AND contact <> '' LIMIT ?");
    row.bind(number(account)).bind(most);
    while (row.step()) all.push_back(row.text(0));
    return all;
}

}  // namespace

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
    Handshakes known{own_fingerprint(db, account), offers(db, account), joinings(db, account, contact)};
    const auto sender = coi::parse_addr_spec(contact);
    for (const auto& inviter : sender ? inviters(db, account) : std::vector<std::string>()) {
        if (inviter == contact) continue;
        for (auto& joining : joinings(db, account, inviter)) {
            if (names(joining.invite, *sender)) known.joinings.push_back(std::move(joining));
        }
    }
    return known;
}

bool forget(Database& db, AccountId account, const coi::securejoin::Invite& invite) {
    db.query("DELETE FROM invite WHERE account = ? AND number = ?")
        .bind(number(account))
        .bind(invite.invite_number)
        .run();
    return db.changes() > 0;
}

void expire_invites(Database& db, std::chrono::sys_seconds now) {
    db.query("DELETE FROM invite WHERE expires <= ?").bind(std::int64_t(now.time_since_epoch().count())).run();
}

void forget_invites(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM invite WHERE account = ? AND contact = ? AND contact <> ''")
        .bind(number(account))
        .bind(contact)
        .run();
}

void seal_invites_anew(Database& db, Sealed before) {
    renew_table(db, before,
                {"SELECT rowid, " INVITE_COLUMNS ", secret FROM invite WHERE rowid > ? ORDER BY rowid LIMIT 1",
                 "UPDATE invite SET secret = ? WHERE rowid = ?", invite_place, invite_columns},
                [](const Query& row) { return "invite.secret/" + std::to_string(row.integer(1)) + "/" + row.text(3); });
}

}  // namespace gateway::keys
