// When a failed delivery is tried again: a pure function, in the steps of a chat rather than of a mail queue.
//
// [RFC 5321 §4.5.4.1] asks for patience (it thinks of half an hour); a chat partner is waiting, so the first tries come
// within seconds and only then grow to the hour. Left out on purpose: expiry, which is the queue entry's own time.
// Invariant: for one salt the delay never shrinks with the attempts and is at most `longest_retry_delay`.

#pragma once

#include <chrono>
#include <cstdint>

#include "gateway/model/event.h"

namespace gateway {

inline constexpr std::chrono::milliseconds longest_retry_delay = std::chrono::minutes(72);

/// The time of the next try after `attempts` (1 or more) have failed, the last of them at `now`. `salt` (the queue
/// entry's id, or anything that differs between lines) spreads tries over up to a fifth of the step, always the same
/// way.
Time next_try(int attempts, Time now, std::uint64_t salt = 0);

}  // namespace gateway
