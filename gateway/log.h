// The log: one line per event, for the operator; to journald if systemd reads our stderr, else to stderr.
//
// By spdlog, which only log.cpp includes. `log::info("{} linked {}", jid, address)` with {fmt}'s checked format
// strings.
// Invariant: no message body, no password and no secret at any level. An entry stays on one line: control characters
// (from a server's reply, for example) are written as \xNN, so that nobody can forge an entry.

#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace gateway::log {

enum class Level { error, warn, info, debug };

/// Chooses the sink: journald if JOURNAL_STREAM names our stderr, else stderr with time and level. Before that, and in
/// tests, lines go to stderr. Call once, before threads start.
void open();

/// The lowest level that is written from now on: "error", "warn", "info" or "debug" (checked by config::load). Callable
/// from any thread.
void set_level(std::string_view word);
bool enabled(Level);

void write(Level, fmt::string_view format, fmt::format_args);

/// Something is broken and the operator has to act.
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, format, fmt::make_format_args(args...));
}

/// Something is wrong, and the gateway handles it.
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warn, format, fmt::make_format_args(args...));
}

/// What an operator wants to see in normal operation: start, stop, links, connections.
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, format, fmt::make_format_args(args...));
}

/// Each message's way by its ids, never its content.
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::debug)) write(Level::debug, format, fmt::make_format_args(args...));
}

/// The text with control characters (C0, DEL) as \xNN; what write() does to every line. Pure, for its test.
std::string one_line(std::string_view text);

}  // namespace gateway::log
