// The lists of addresses in SQL; see relays.h.

#include "gateway/store/sqlite/relays.h"

#include <algorithm>
#include <chrono>

#include "coi/crypt/relay_list.h"
#include "gateway/log.h"
#include "gateway/model/relays.h"

namespace gateway::relays {
namespace {

// The columns bound into the mark of a row, in this order.
#define RELAY_COLUMNS "account, contact, key, since, bound, addresses, vouched"
constexpr int relay_columns = 7;
constexpr std::string_view place = "relay.mark";

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

std::string print(const Relays& relays, bool vouched_only) {
    std::vector<coi::Address> listed;
    for (const auto& each : relays.all) {
        if (each.vouched || !vouched_only) listed.push_back(each.address);
    }
    return coi::print_relays(listed);
}

/// A row of RELAY_COLUMNS and mark; nullopt if they do not match.
std::optional<Listed> listed_of(Database& db, const Query& row) {
    if (!open(db, row.blob(relay_columns), Binding(place).add(row, 0, relay_columns))) return std::nullopt;
    Listed listed{row.text(2), row.integer(3), {}};
    listed.relays.bound = row.integer(4) != 0;
    const auto vouched = coi::parse_relays(row.text(6));
    for (auto& address : coi::parse_relays(row.text(5))) {
        const bool is_vouched = std::ranges::find(vouched, address) != vouched.end();
        listed.relays.all.push_back({std::move(address), is_vouched});
    }
    return listed;
}

void save(Database& db, AccountId account, const std::string& contact, const Listed& listed) {
    auto query = db.query(
        "INSERT INTO relay (account, contact, key, since, bound, addresses, vouched, mark) VALUES (?, ?, ?, ?, ?, ?, "
        "?, ?) ON CONFLICT (account, contact) DO UPDATE SET key = excluded.key, since = excluded.since, bound = "
        "excluded.bound, addresses = excluded.addresses, vouched = excluded.vouched, mark = excluded.mark");
    Binding bound(place);
    query.bind(bound.add(number(account))).bind(bound.add(contact)).bind(bound.add(listed.key));
    query.bind(bound.add(listed.since)).bind(bound.add(std::int64_t(listed.relays.bound)));
    const std::string all = print(listed.relays, false), vouched = print(listed.relays, true);
    query.bind(bound.add(all)).bind(bound.add(vouched)).bind_blob(close(db, "", bound)).run();
}

/// Whether one of these is a message of the user's to the contact, committed at `since` or later. Until the key is
/// bound, all of those went to the contact's own address alone.
bool answers_ours(Database& db, AccountId account, const std::string& contact,
                  const std::vector<coi::MessageId>& answered, std::int64_t since) {
    return std::ranges::any_of(answered, [&](const coi::MessageId& id) {
        auto row = db.query(
            "SELECT 1 FROM known WHERE message = ? AND account = ? AND contact = ? AND from_jabber = 1 AND time >= ?");
        return row.bind(id.value).bind(number(account)).bind(contact).bind(since).step();
    });
}

/// The list as the key says it now; what was proven of an address stays.
std::vector<Relay> renewed(const Relays& before, const std::vector<coi::Address>& list) {
    std::vector<Relay> all;
    for (const auto& address : list) {
        const auto known = std::ranges::find(before.all, address.canonical(),
                                             [](const Relay& relay) { return relay.address.canonical(); });
        all.push_back({address, known != before.all.end() && known->vouched});
    }
    return all;
}

void remove_damaged(Database& db, AccountId account, const std::string& contact) {
    log::error("store: the addresses of a contact of account {} are damaged, and are removed", number(account));
    remove(db, account, contact);
}

}  // namespace

std::vector<std::pair<std::string, Listed>> of(Database& db, AccountId account) {
    std::vector<std::pair<std::string, Listed>> all;
    std::vector<std::string> damaged;
    {
        auto row = db.query("SELECT " RELAY_COLUMNS ", mark FROM relay WHERE account = ? ORDER BY contact");
        row.bind(number(account));
        while (row.step()) {
            if (auto listed = listed_of(db, row)) {
                all.emplace_back(row.text(1), std::move(*listed));
            } else {
                damaged.push_back(row.text(1));
            }
        }
    }
    for (const auto& contact : damaged) remove_damaged(db, account, contact);
    return all;
}

std::optional<Listed> of(Database& db, AccountId account, const std::string& contact) {
    {
        auto row = db.query("SELECT " RELAY_COLUMNS ", mark FROM relay WHERE account = ? AND contact = ?");
        if (!row.bind(number(account)).bind(contact).step()) return std::nullopt;
        if (auto listed = listed_of(db, row)) return listed;
    }
    remove_damaged(db, account, contact);
    return std::nullopt;
}

Relays apply(Database& db, AccountId account, const PeerKeyUpdate& mail, const coi::autocrypt::Peer& peer) {
    const auto& key = coi::autocrypt::counted(peer);
    if (key.empty()) return {};
    const auto before = of(db, account, mail.contact);
    Listed listed = before && before->key == key ? *before : Listed{};
    if (listed.key.empty()) {
        listed.key = key;
        const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        listed.since = now.time_since_epoch().count();
    }
    Relays& relays = listed.relays;
    const auto& info = mail.seen.info;
    if (info && info->relays && info->fingerprint == key) relays.all = renewed(relays, *info->relays);
    if (mail.author.encrypted && mail.author.is_signed() && mail.author.signer == key && !relays.all.empty()) {
        const bool is_own = mail.from == mail.contact;
        relays.bound =
            relays.bound || (mail.is_vouched && is_own) ||
            (before && before->key == key && answers_ours(db, account, mail.contact, mail.answers, listed.since));
        for (auto& each : relays.all)
            each.vouched = each.vouched || (mail.is_vouched && each.address.canonical() == mail.from);
    }
    if (!before && relays.all.empty()) return {};
    const bool is_same = before && before->key == listed.key && before->relays == relays;
    if (!is_same) save(db, account, mail.contact, listed);
    return relays;
}

void remove(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM relay WHERE account = ? AND contact = ?").bind(number(account)).bind(contact).run();
}

void seal_anew(Database& db, Sealed before) {
    renew_table(db, before,
                {"SELECT id, " RELAY_COLUMNS ", mark FROM relay WHERE id > ? ORDER BY id LIMIT 1",
                 "UPDATE relay SET mark = ? WHERE id = ?", place, relay_columns},
                {});
}

}  // namespace gateway::relays
