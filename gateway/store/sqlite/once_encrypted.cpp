// Marks in SQL; see once_encrypted.h.

#include "gateway/store/sqlite/once_encrypted.h"

namespace gateway::once_encrypted {

void note(Database& db, AccountId account, const std::string& canonical, const std::string& over) {
    db.query("INSERT OR IGNORE INTO once_encrypted (account, contact) VALUES (?, ?)")
        .bind(static_cast<std::int64_t>(account))
        .bind(canonical)
        .run();
    if (over.empty()) return;
    db.query("DELETE FROM once_encrypted WHERE account = ? AND contact = ?")
        .bind(static_cast<std::int64_t>(account))
        .bind(over)
        .run();
}

std::vector<std::string> of(Database& db, AccountId account) {
    std::vector<std::string> marks;
    auto row = db.query("SELECT contact FROM once_encrypted WHERE account = ? ORDER BY contact");
    row.bind(static_cast<std::int64_t>(account));
    while (row.step()) marks.push_back(row.text(0));
    return marks;
}

}  // namespace gateway::once_encrypted
