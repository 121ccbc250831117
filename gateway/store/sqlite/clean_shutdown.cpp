// One row of the settings: milliseconds since 1970, UTC; see clean_shutdown.h.

#include "gateway/store/sqlite/clean_shutdown.h"

namespace gateway::clean_shutdown {

std::optional<Time> last_alive(Database& db) {
    auto query = db.query("SELECT value FROM setting WHERE name = 'alive'");
    if (!query.step()) return std::nullopt;
    return Time(Time::duration(query.integer(0)));
}

void alive(Database& db, Time now) {
    db.query(
          "INSERT INTO setting (name, value) VALUES ('alive', ?) ON CONFLICT (name) DO UPDATE SET value = "
          "excluded.value")
        .bind(std::int64_t(now.time_since_epoch().count()))
        .run();
}

void stopped(Database& db) { db.query("DELETE FROM setting WHERE name = 'alive'").run(); }

}  // namespace gateway::clean_shutdown
