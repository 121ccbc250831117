// What one value of the file may say: sizes, durations, hosts with ports, domains.
//
// Pure functions of text; nullopt means it cannot be understood (the caller knows the remedy). Nothing here resolves a
// name or opens a file.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"

namespace config {

/// "10 MiB", "512 kB", "4096": bytes. Ki/Mi/Gi are powers of 1024, k/M/G of 1000; case of the first letter does not
/// matter.
std::optional<std::uint64_t> parse_size(std::string_view text);

/// "5 days", "90 s", "2 min", "4h", "3600" (seconds); one number, one unit (s, min, h, day, week, with their long
/// forms).
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

/// "mail.example:25", "[::1]:25", "mail.example" (then `default_port`).
std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port);

/// A domain name as Jabber and mail both take it: labels of letters (any script), digits and hyphens, at most 253
/// bytes.
bool is_domain(std::string_view text);

/// True for "127.0.0.1" and "::1" and their like: what a listener can be bound to without asking a resolver.
bool is_address_literal(std::string_view text);

/// ASCII to lower case; the rest as it is.
std::string lower(std::string_view text);

/// The candidate that a person who typed `word` most likely meant; nullopt if none is near.
template <class Range>
std::optional<std::string> nearest(std::string_view word, const Range& candidates);

/// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
std::size_t distance(std::string_view a, std::string_view b);

template <class Range>
std::optional<std::string> nearest(std::string_view word, const Range& candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = word.size() / 3 + 1;  // one slip in a short word, two or three in a long one
    for (const auto& candidate : candidates) {
        const std::size_t d = distance(word, candidate);
        if (d < best_distance || (d == best_distance && !best)) {
            best = std::string(candidate);
            best_distance = d;
        }
    }
    return best;
}

}  // namespace config
