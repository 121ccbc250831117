// IMAP cursors in SQL; see imap_cursors.h.

#include "gateway/store/sqlite/imap_cursors.h"

namespace gateway::accounts {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

}  // namespace

std::vector<Cursor> cursors(Database& db, AccountId account) {
    std::vector<Cursor> cursors;
    auto row = db.query("SELECT name, uid_validity, uid_next FROM folder WHERE account = ? ORDER BY name");
    row.bind(number(account));
    while (row.step()) {
        cursors.push_back(
            {row.text(0), static_cast<std::uint32_t>(row.integer(1)), static_cast<std::uint32_t>(row.integer(2))});
    }
    return cursors;
}

void save(Database& db, AccountId account, const Cursor& cursor) {
    db.query(
          "INSERT INTO folder (account, name, uid_validity, uid_next) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (account, name) DO UPDATE SET uid_validity = excluded.uid_validity, uid_next = "
          "excluded.uid_next")
        .bind(number(account))
        .bind(cursor.folder)
        .bind(std::int64_t(cursor.uid_validity))
        .bind(std::int64_t(cursor.uid_next))
        .run();
}

}  // namespace gateway::accounts
