// What the gateway has in hand this moment, noted where a crash, a kill or the watchdog does not reach: a small file in
// memory, shared with the kernel.
//
// Noting costs a copy of a few bytes and no system call. Whoever starts after an unclean end reads what was in hand,
// and counts it: what was there at several ends is not worked on any more. Left out: power failures (the file is not
// synced: then nothing is counted). Invariant: a slot is in use exactly while its Hold lives.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class InHand {
  public:
    static constexpr std::size_t slots = 256, slot_bytes = 256;
    /// While it lives, it is noted that this is in hand. Outlives the InHand without harm.
    using Hold = std::shared_ptr<void>;

    /// "" : nothing is noted. A file that cannot be used is as none: `trouble` says why.
    explicit InHand(const std::string& path);
    ~InHand();
    InHand(const InHand&) = delete;
    InHand& operator=(const InHand&) = delete;

    /// What was in hand when the process before ended uncleanly.
    const std::vector<std::string>& left() const { return left_; }
    const std::string& trouble() const { return trouble_; }
    /// Longer names than a slot are cut; where all slots are in use, nothing is noted.
    Hold take(std::string_view what);
    /// A clean end: what is still in hand is not to blame.
    void clear();

  private:
    struct Page;
    std::shared_ptr<Page> page_;
    std::vector<std::string> left_;
    std::string trouble_;
};

}  // namespace gateway
