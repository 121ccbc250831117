// When a failed delivery is tried again: a pure function, with the intervals of a chat instead of a mail queue.
//
// [RFC 5321 §4.5.4.1] recommends at least half an hour between attempts. A chat partner waits for an answer, so the
// first attempts are within seconds, and the interval grows to about an hour. Left out on purpose: expiry, which the
// queue entry has itself.
// Invariant: for one salt the delay never shrinks with the number of attempts, and is at most `longest_retry_delay`.

#pragma once

#include <chrono>
#include <cstdint>

#include "gateway/model/event.h"

namespace gateway {

inline constexpr std::chrono::milliseconds longest_retry_delay = std::chrono::minutes(72);

/// The time of the next attempt after `attempts` (1 or more) have failed, the last of them at `now`. `salt` (the queue
/// entry's id, or anything that differs between conversations) adds up to a fifth of the interval, always the same for
/// one salt.
Time next_try(int attempts, Time now, std::uint64_t salt = 0);

}  // namespace gateway
