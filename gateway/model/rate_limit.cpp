// Sliding windows; see rate_limit.h.

#include "gateway/model/rate_limit.h"

#include <algorithm>

namespace gateway {

bool RateLimit::take(const std::string& key, Clock::time_point now) {
    forget_quiet(now);
    auto& times = taken_[key];
    while (!times.empty() && times.front() + window_ <= now) times.pop_front();
    if (times.size() >= most_) return false;
    times.push_back(now);
    return true;
}

bool RateLimit::is_left(const std::string& key, Clock::time_point now) const {
    const auto at = taken_.find(key);
    if (at == taken_.end()) return most_ > 0;
    const auto recent = std::ranges::count_if(at->second, [&](const auto& time) { return time + window_ > now; });
    return static_cast<std::size_t>(recent) < most_;
}

void RateLimit::forget_quiet(Clock::time_point now) {
    constexpr std::size_t worth_it = 1000;
    if (taken_.size() < worth_it) return;
    std::erase_if(taken_,
                  [&](const auto& entry) { return entry.second.empty() || entry.second.back() + window_ <= now; });
}

}  // namespace gateway
