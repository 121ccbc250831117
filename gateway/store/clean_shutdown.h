// The mark of a running gateway: whoever finds it at start knows that the last stop was unclean, and about when it was.

#pragma once

#include <optional>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::clean_shutdown {

/// When the gateway was last known to be alive, if it has not stopped cleanly since.
std::optional<Time> last_alive(Database&);
void alive(Database&, Time now);
/// The last thing that a clean stop writes.
void stopped(Database&);

}  // namespace gateway::clean_shutdown
