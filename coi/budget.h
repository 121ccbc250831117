// A limit, in bytes, for data of a peer that is read or kept for one purpose.
//
// A list of values uses more memory than its bytes on the wire: `each` is added for every value.

#pragma once

#include <cstddef>
#include <limits>

namespace coi {

class Budget {
  public:
    constexpr explicit Budget(std::size_t bytes = std::numeric_limits<std::size_t>::max()) : left_(bytes) {}
    /// Spends the bytes; false, and nothing is spent, if not enough is left.
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
