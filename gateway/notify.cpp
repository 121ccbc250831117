// libsystemd behind gateway/notify.h [sd_notify(3), sd_watchdog_enabled(3)].

#include "gateway/notify.h"

#include <systemd/sd-daemon.h>
#include <time.h>

#include "gateway/log.h"

namespace gateway::notify {
namespace {

void tell(const std::string& assignments) { sd_notify(0, assignments.c_str()); }

}  // namespace

void ready() { tell("READY=1"); }

void status(const std::string& words) { tell("STATUS=" + log::one_line(words)); }

void reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void stopping() { tell("STOPPING=1\nSTATUS=Finishing what is under way"); }

std::optional<std::chrono::microseconds> watchdog() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

void alive() { tell("WATCHDOG=1"); }

}  // namespace gateway::notify
