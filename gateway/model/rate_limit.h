// A rate limit: how often something may be done within a time window.

#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>

namespace gateway {

/// At most `most` times per key within `window`. Keys without recent use are removed.
class RateLimit {
  public:
    using Clock = std::chrono::steady_clock;
    using Now = std::function<Clock::time_point()>;  // the present time as a parameter
    RateLimit(std::size_t most, Clock::duration window) : most_(most), window_(window) {}
    bool take(const std::string& key, Clock::time_point now);
    /// Whether take() would succeed; counts nothing.
    bool is_left(const std::string& key, Clock::time_point now) const;

  private:
    void forget_quiet(Clock::time_point now);
    std::size_t most_;
    Clock::duration window_;
    std::unordered_map<std::string, std::deque<Clock::time_point>> taken_;
};

}  // namespace gateway
