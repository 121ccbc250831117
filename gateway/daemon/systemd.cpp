// Sends a datagram to the socket in NOTIFY_SOCKET, as sd_notify(3) describes; libsystemd's own call would wait while
// the receiver's queue is full. sd_watchdog_enabled(3) is libsystemd's.

#include "gateway/daemon/systemd.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "gateway/log.h"

namespace gateway::systemd {
namespace {

/// False if the receiver's queue is full: the loop must not wait.
bool send(const std::string& assignments) {
    const char* given = std::getenv("NOTIFY_SOCKET");
    const std::string_view path = given == nullptr ? std::string_view() : given;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() < 2 || path.size() >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@')) return true;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';  // abstract [unix(7)]
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return true;
    const auto sent = sendto(descriptor, assignments.data(), assignments.size(), MSG_DONTWAIT | MSG_NOSIGNAL,
                             reinterpret_cast<const sockaddr*>(&address), length);
    const bool full = sent < 0 && (errno == EAGAIN || errno == ENOBUFS);
    close(descriptor);
    return !full;
}

std::string unsaid;  // a change of state that could not be sent yet

/// A change of state that could not be sent is sent before the next message; other messages are dropped.
void tell(const std::string& assignments, bool is_state = false) {
    if (!unsaid.empty() && send(unsaid)) unsaid.clear();
    const bool said = unsaid.empty() && send(assignments);
    if (!said && is_state) unsaid = assignments;
}

}  // namespace

void ready() { tell("READY=1", true); }

void status(const std::string& words) { tell("STATUS=" + log::one_line(words)); }

void reloading() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<long long>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds), true);
}

void stopping() { tell("STOPPING=1\nSTATUS=Finishing what is under way", true); }

std::optional<std::chrono::microseconds> watchdog() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) return std::nullopt;
    return std::chrono::microseconds(microseconds);
}

void alive() { tell("WATCHDOG=1"); }

}  // namespace gateway::systemd
