// The log: one line a happening, for the operator; to journald where systemd reads our stderr, else to stderr.
//
// By spdlog, seen only in log.cpp. `log::info("{} linked {}", jid, address)` with {fmt}'s checked format strings.
// Invariant: no body, no password, no secret at any level; and a line stays one line: control characters from the
// network (a server's words) are written as \xNN, so nobody can forge an entry.

#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace gateway::log {

enum class Level { error, warn, info, debug };

/// Chooses the sink: journald if JOURNAL_STREAM names our stderr, else stderr with time and level. Until it is called,
/// and in tests, lines go to stderr. Call once, before threads start.
void open();

/// What is written from now on; "error", "warn", "info" or "debug" (config::load has checked the word). Callable from
/// any thread.
void set_level(std::string_view word);
bool enabled(Level);

void write(Level, fmt::string_view format, fmt::format_args);

/// Somebody has to act: something is broken.
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::error, format, fmt::make_format_args(args...));
}

/// Something is not as it should be, and the gateway copes.
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::warn, format, fmt::make_format_args(args...));
}

/// What an operator wants to see in normal days: start, stop, links, connections.
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    write(Level::info, format, fmt::make_format_args(args...));
}

/// Each message's way, by ids; never what it says.
template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(Level::debug)) write(Level::debug, format, fmt::make_format_args(args...));
}

/// The text with control characters (C0, DEL) as \xNN; what write() does to every line. Pure, for its test.
std::string one_line(std::string_view text);

}  // namespace gateway::log
