// A mark in the store while the gateway runs. If it is there at start, the last stop was unclean; it also says about
// when.

#pragma once

#include <optional>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::clean_shutdown {

/// When the gateway last wrote the mark; nullopt after a clean stop.
std::optional<Time> last_alive(Database&);
void alive(Database&, Time now);
/// Removes the mark. The last write of a clean stop.
void stopped(Database&);

}  // namespace gateway::clean_shutdown
