// The steps of the retry schedule and their jitter; see retry.h.

#include "gateway/queue/retry.h"

#include <algorithm>
#include <array>

namespace gateway {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::chrono::milliseconds, 7> steps{4s, 15s, 1min, 5min, 15min, 30min, 60min};
static_assert(longest_retry_delay == steps.back() + steps.back() / 5);

/// SplitMix64's finaliser: consecutive salts (queue ids) give very different values.
std::uint64_t mix(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
}

}  // namespace

Time next_try(int attempts, Time now, std::uint64_t salt) {
    const auto index =
        std::clamp<std::size_t>(attempts < 1 ? 0 : static_cast<std::size_t>(attempts) - 1, 0, steps.size() - 1);
    const auto step = steps[index];
    // A share of the interval in 1/1024: the same at every attempt, so that the delays of one conversation stay in
    // order.
    const auto share = static_cast<std::int64_t>(mix(salt) % 1024);
    return now + step + step * share / (5 * 1024);
}

}  // namespace gateway
