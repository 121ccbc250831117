// How much a destination may be given now; see destination.h.

#include "gateway/queue/destination.h"

#include <algorithm>

namespace gateway {
namespace {

constexpr int most_strikes = 3;        // then one message at a time
constexpr std::size_t most_extra = 3;  // times the normal capacity

}  // namespace

std::size_t Destination::capacity(std::size_t normal) const {
    if (failures_ > 0 || suspects > 0 || strikes_ >= most_strikes) return 1;
    return normal + extra_;
}

void Destination::started(bool has_struck) {
    ++busy;
    crowded_ = ++flying_ > 1 || crowded_;
    struck_ = struck_ || has_struck;
}

void Destination::ended(std::size_t normal) {
    if (--flying_ == 0) crowded_ = struck_ = false;
    if (busy < normal) extra_ = 0;
    full_.reset();
}

void Destination::answered(bool passes) {
    failures_ = strikes_ = 0;
    trouble.reset();
    if (passes) ++passed;
}

void Destination::up() {
    down_until.reset();
    failures_ = strikes_ = 0;
    trouble.reset();
}

bool Destination::failed(const coi::Error& error, Time now, const Limits& limits) {
    trouble = error;
    if (down_until) return false;
    failures_ = std::min(failures_ + 1, 16);
    down_until = now + std::min(limits.backoff_first * (1 << std::min(failures_ - 1, 10)), limits.backoff_most);
    return true;
}

bool Destination::struck() { return ++strikes_ >= most_strikes; }

bool Destination::note_full(bool is_full, Time now) {
    if (!is_full) {
        full_.reset();
        return false;
    }
    if (full_) return false;
    full_ = now;
    return true;
}

std::optional<Time> Destination::more_at(const Limits& limits) const {
    if (!full_) return std::nullopt;
    return *full_ + limits.full;
}

bool Destination::relieve(Time now, std::size_t normal, const Limits& limits) {
    const auto at = more_at(limits);
    if (!at || *at > now) return false;
    if (extra_ < most_extra * normal) ++extra_;
    full_.reset();
    return true;
}

}  // namespace gateway
