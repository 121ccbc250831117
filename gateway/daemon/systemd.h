// What the service manager hears from us [sd_notify(3)]: ready, stopping, how it goes, and that the loop is alive.
//
// Never waits: to a reader with a full queue a change of state is said later, anything else not at all. Without
// NOTIFY_SOCKET nothing happens.

#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace gateway::systemd {

/// Serving; also after a reload.
void ready();
/// One line for `systemctl status`.
void status(const std::string&);
void reloading();
void stopping();
/// How often the manager wants to hear alive(), or nullopt if it does not watch us [sd_watchdog_enabled(3)].
std::optional<std::chrono::microseconds> watchdog();
void alive();

}  // namespace gateway::systemd
