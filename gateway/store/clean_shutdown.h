// A mark in the store while the gateway runs. If it is there at start, the last stop was unclean; it also says about
// when.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::clean_shutdown {

/// What an unclean stop left.
struct Unclean {
    Time last_alive{};                // when the gateway last wrote the mark
    std::vector<AccountId> active{};  // the accounts with messages in the time before, the latest first
};
/// nullopt after a clean stop; then the mark is written. After an unclean one it stays until alive(), so that another
/// unclean stop does not hide this one. `before`, `most`: of the active accounts. Waits for the store: for start-up.
std::optional<Unclean> start(Store&, Time now, std::chrono::milliseconds before, std::size_t most);
/// Writes the mark with the next commit.
void alive(Store&, Time now);
/// Removes the mark, except with `unclean`. The last write: `done` is called when everything is committed.
void stop(Store&, bool unclean, Store::Committed done);

}  // namespace gateway::clean_shutdown
