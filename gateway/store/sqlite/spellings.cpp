// See spellings.h. The nodes are stored as one text, one per line: no node contains a line end [RFC 7622 §3.3.1].

#include "gateway/store/sqlite/spellings.h"

#include <algorithm>

namespace gateway::spellings {

std::vector<Known> of(Database& db, AccountId account) {
    std::vector<Known> known;
    auto row = db.query("SELECT contact, nodes FROM spelling WHERE account = ? ORDER BY contact");
    row.bind(static_cast<std::int64_t>(account));
    while (row.step()) {
        known.push_back({row.text(0), {}});
        const std::string nodes = row.text(1);
        for (std::size_t at = 0; at < nodes.size();) {
            const auto end = std::min(nodes.find('\n', at), nodes.size());
            known.back().nodes.push_back(nodes.substr(at, end - at));
            at = end + 1;
        }
    }
    return known;
}

void save(Database& db, AccountId account, const std::string& contact, const std::vector<std::string>& nodes) {
    const auto id = static_cast<std::int64_t>(account);
    if (nodes.empty()) {
        db.query("DELETE FROM spelling WHERE account = ? AND contact = ?").bind(id).bind(contact).run();
        return;
    }
    std::string text;
    for (const auto& node : nodes) text += node + "\n";
    db.query(
          "INSERT INTO spelling (account, contact, nodes) VALUES (?, ?, ?) ON CONFLICT (account, contact) DO UPDATE "
          "SET "
          "nodes = excluded.nodes")
        .bind(id)
        .bind(contact)
        .bind(text)
        .run();
}

}  // namespace gateway::spellings
