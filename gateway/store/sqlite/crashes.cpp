// See crashes.h.

#include "gateway/store/sqlite/crashes.h"

namespace gateway::crashes {

void count(Database& db, const std::string& item, Time now) {
    db.query(
          "INSERT INTO stumble (item, times, time) VALUES (?, 1, ?) ON CONFLICT (item) DO UPDATE SET times = times + "
          "1, "
          "time = excluded.time")
        .bind(item)
        .bind(std::int64_t(now.time_since_epoch().count()))
        .run();
}

void expire(Database& db, Time before) {
    db.query("DELETE FROM stumble WHERE time < ?").bind(std::int64_t(before.time_since_epoch().count())).run();
}

std::map<std::string, int, std::less<>> all(Database& db) {
    std::map<std::string, int, std::less<>> times;
    auto row = db.query("SELECT item, times FROM stumble");
    while (row.step()) times[row.text(0)] = static_cast<int>(row.integer(1));
    return times;
}

void forget(Database& db, const std::string& item) { db.query("DELETE FROM stumble WHERE item = ?").bind(item).run(); }

}  // namespace gateway::crashes
