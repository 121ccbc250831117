// Mails that could not be read, in SQL; see stuck_mails.h.

#include "gateway/store/sqlite/stuck_mails.h"

namespace gateway::stuck_mails {

namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

}  // namespace

std::vector<Stuck> all(Database& db, AccountId account) {
    std::vector<Stuck> found;
    auto row = db.query(
        "SELECT folder, uid_validity, uid, tries, aside, told, reason FROM stuck WHERE account = ? ORDER BY folder, "
        "uid LIMIT ?");
    row.bind(number(account)).bind(static_cast<std::int64_t>(Stuck::most));
    while (row.step()) {
        found.push_back({row.text(0), static_cast<std::uint32_t>(row.integer(1)),
                         static_cast<std::uint32_t>(row.integer(2)), static_cast<int>(row.integer(3)),
                         row.integer(4) != 0, row.integer(5) != 0, row.text(6)});
    }
    return found;
}

void save(Database& db, AccountId account, const Stuck& stuck) {
    db.query(
          "INSERT INTO stuck (account, folder, uid_validity, uid, tries, aside, told, reason) "
          "SELECT id, ?, ?, ?, ?, ?, ?, ? FROM account WHERE id = ? "
          "ON CONFLICT (account, folder, uid) DO UPDATE SET uid_validity = excluded.uid_validity, tries = "
          "excluded.tries, aside = excluded.aside, told = excluded.told, reason = excluded.reason")
        .bind(stuck.folder)
        .bind(std::int64_t(stuck.uid_validity))
        .bind(std::int64_t(stuck.uid))
        .bind(std::int64_t(stuck.tries))
        .bind(std::int64_t(stuck.aside))
        .bind(std::int64_t(stuck.told))
        .bind(stuck.reason)
        .bind(number(account))
        .run();
}

void forget(Database& db, AccountId account, const Stuck& stuck) {
    db.query("DELETE FROM stuck WHERE account = ? AND folder = ? AND uid = ?")
        .bind(number(account))
        .bind(stuck.folder)
        .bind(std::int64_t(stuck.uid))
        .run();
}

void renumbered(Database& db, AccountId account, const std::string& folder, std::uint32_t uid_validity) {
    db.query("DELETE FROM stuck WHERE account = ? AND folder = ? AND uid_validity <> ?")
        .bind(number(account))
        .bind(folder)
        .bind(std::int64_t(uid_validity))
        .run();
}

void try_again(Database& db, AccountId account) {
    db.query("UPDATE stuck SET tries = 0, aside = 0, told = 0 WHERE account = ?").bind(number(account)).run();
}

void stopped_at(Database& db, AccountId account, const Stuck& stuck) {
    Stuck now = stuck;
    now.tries = 1;
    for (const auto& known : all(db, account)) {
        if (known.folder != stuck.folder || known.uid != stuck.uid || known.uid_validity != stuck.uid_validity)
            continue;
        now.tries = known.tries + 1;
        now.told = known.told;
    }
    now.aside = now.tries >= Stuck::few_tries;
    save(db, account, now);
}

}  // namespace gateway::stuck_mails
