// OMEMO keys in SQL; see omemo_keys.h.

#include "gateway/store/sqlite/omemo_keys.h"

#include <cstddef>
#include <string_view>
#include <utility>

namespace gateway::keys {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

// The columns bound into the seals of the three tables, in this order.
#define DEVICE_COLUMNS "account, device, trust"
#define SESSION_COLUMNS "account, contact, device"
constexpr int device_columns = 3, session_columns = 3;
constexpr std::string_view own_place = "omemo_own.secret", device_place = "omemo_device.identity",
                           session_place = "omemo_session.secret";
constexpr std::size_t identity_bytes = 33;

void save_own(Database& db, AccountId account, const coi::Secret& keys) {
    Binding bound(own_place);
    db.query(
          "INSERT INTO omemo_own (account, secret) VALUES (?, ?) ON CONFLICT (account) DO UPDATE SET secret = "
          "excluded.secret")
        .bind(bound.add(number(account)))
        .bind_blob(close(db, keys.bytes(), bound))
        .run();
}

void save(Database& db, AccountId account, const OmemoDevice& device) {
    auto query = db.query(
        "INSERT INTO omemo_device (account, device, trust, identity) VALUES (?, ?, ?, ?) ON CONFLICT (account, device) "
        "DO UPDATE SET trust = excluded.trust, identity = excluded.identity");
    Binding bound(device_place);
    query.bind(bound.add(number(account))).bind(bound.add(std::int64_t(device.id)));
    query.bind(bound.add(static_cast<std::int64_t>(device.trust)));
    query.bind_blob(close(db, device.identity_key, bound)).run();
}

void save(Database& db, AccountId account, const std::string& contact, const OmemoSession& session) {
    if (session.record.empty()) {
        db.query("DELETE FROM omemo_session WHERE account = ? AND contact = ? AND device = ?")
            .bind(number(account))
            .bind(contact)
            .bind(std::int64_t(session.device))
            .run();
        return;
    }
    auto query = db.query(
        "INSERT INTO omemo_session (account, contact, device, secret) VALUES (?, ?, ?, ?) ON CONFLICT (account, "
        "contact, device) DO UPDATE SET secret = excluded.secret");
    Binding bound(session_place);
    query.bind(bound.add(number(account))).bind(bound.add(contact)).bind(bound.add(std::int64_t(session.device)));
    const coi::Secret both(session.identity_key + std::string(session.record.bytes()));
    query.bind_blob(close(db, both.bytes(), bound)).run();
}

}  // namespace

coi::Secret omemo_own(Database& db, AccountId account) {
    std::string content;
    {
        auto row = db.query("SELECT account, secret FROM omemo_own WHERE account = ?");
        if (!row.bind(number(account)).step()) return {};
        if (auto secret = open(db, row.blob(1), Binding(own_place).add(row, 0, 1)))
            return coi::Secret(std::move(*secret));
        content = row.print();
    }
    damaged::keep(db, number(account), "OMEMO keys", content);
    db.query("DELETE FROM omemo_own WHERE account = ?").bind(number(account)).run();
    return {};
}

std::vector<OmemoDevice> omemo_devices(Database& db, AccountId account) {
    std::vector<OmemoDevice> found;
    std::vector<std::pair<std::int64_t, std::string>> damaged;  // device, content
    {
        auto row = db.query("SELECT " DEVICE_COLUMNS ", identity FROM omemo_device WHERE account = ? ORDER BY device");
        row.bind(number(account));
        while (row.step()) {
            auto identity = open(db, row.blob(device_columns), Binding(device_place).add(row, 0, device_columns));
            if (identity) {
                found.push_back({static_cast<std::uint32_t>(row.integer(1)), std::move(*identity),
                                 static_cast<OmemoDevice::Trust>(row.integer(2))});
            } else {
                damaged.emplace_back(row.integer(1), row.print());
            }
        }
    }
    for (const auto& [device, content] : damaged) {
        damaged::keep(db, number(account), "OMEMO device " + std::to_string(device), content);
        db.query("DELETE FROM omemo_device WHERE account = ? AND device = ?").bind(number(account)).bind(device).run();
    }
    return found;
}

std::vector<OmemoSession> omemo_sessions(Database& db, AccountId account, const std::string& contact) {
    std::vector<OmemoSession> found;
    std::vector<std::pair<std::int64_t, std::string>> damaged;  // device, content
    {
        auto row = db.query("SELECT " SESSION_COLUMNS
                            ", secret FROM omemo_session WHERE account = ? AND contact = ? ORDER BY device");
        row.bind(number(account)).bind(contact);
        while (row.step()) {
            const auto both = open(db, row.blob(session_columns), Binding(session_place).add(row, 0, session_columns));
            if (both && both->size() > identity_bytes) {
                found.push_back({static_cast<std::uint32_t>(row.integer(2)), both->substr(0, identity_bytes),
                                 coi::Secret(both->substr(identity_bytes))});
            } else {
                damaged.emplace_back(row.integer(2), row.print());
            }
        }
    }
    for (const auto& [device, content] : damaged) {
        damaged::keep(db, number(account), "OMEMO session with " + contact, content);
        save(db, account, contact, OmemoSession{static_cast<std::uint32_t>(device), "", {}});
    }
    return found;
}

void save(Database& db, const OmemoChange& change) {
    if (!change.own.empty()) save_own(db, change.account, change.own);
    for (const auto& device : change.devices) save(db, change.account, device);
    for (const auto& session : change.sessions) save(db, change.account, change.contact, session);
}

void forget_omemo_device(Database& db, AccountId account, std::uint32_t device) {
    for (const char* sql : {"DELETE FROM omemo_device WHERE account = ? AND device = ?",
                            "DELETE FROM omemo_session WHERE account = ? AND device = ?"})
        db.query(sql).bind(number(account)).bind(std::int64_t(device)).run();
}

void forget_omemo_sessions(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM omemo_session WHERE account = ? AND contact = ?").bind(number(account)).bind(contact).run();
}

void seal_omemo_anew(Database& db, Sealed before) {
    renew_table(db, before,
                {"SELECT account, account, secret FROM omemo_own WHERE account > ? ORDER BY account LIMIT 1",
                 "UPDATE omemo_own SET secret = ? WHERE account = ?", own_place, 1},
                {});
    renew_table(db, before,
                {"SELECT id, " DEVICE_COLUMNS ", identity FROM omemo_device WHERE id > ? ORDER BY id LIMIT 1",
                 "UPDATE omemo_device SET identity = ? WHERE id = ?", device_place, device_columns},
                {});
    renew_table(db, before,
                {"SELECT id, " SESSION_COLUMNS ", secret FROM omemo_session WHERE id > ? ORDER BY id LIMIT 1",
                 "UPDATE omemo_session SET secret = ? WHERE id = ?", session_place, session_columns},
                {});
}

}  // namespace gateway::keys
