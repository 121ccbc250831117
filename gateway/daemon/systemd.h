// Notifications to the service manager [sd_notify(3)]: ready, stopping, status, watchdog.
//
// Never waits: if the receiver's queue is full, a change of state is sent later, other messages are dropped. Without
// NOTIFY_SOCKET nothing happens.

#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace gateway::systemd {

/// The service is ready; also called after a reload.
void ready();
/// One line for `systemctl status`.
void status(const std::string&);
void reloading();
void stopping();
/// How often the manager expects alive(); nullopt without a watchdog [sd_watchdog_enabled(3)].
std::optional<std::chrono::microseconds> watchdog();
void alive();

}  // namespace gateway::systemd
