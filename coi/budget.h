// How much of what a peer sends is taken or kept for one purpose: named, in bytes, spent as it comes.
//
// What a list of values costs in memory is more than its bytes on the wire: `each` is added for every value.

#pragma once

#include <cstddef>
#include <limits>

namespace coi {

class Budget {
  public:
    constexpr explicit Budget(std::size_t bytes = std::numeric_limits<std::size_t>::max()) : left_(bytes) {}
    /// False, and nothing is spent, if it would be more than is left.
    constexpr bool take(std::size_t bytes) {
        if (bytes > left_) return false;
        left_ -= bytes;
        return true;
    }
    constexpr std::size_t left() const { return left_; }

  private:
    std::size_t left_;
};

}  // namespace coi
