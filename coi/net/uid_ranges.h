// UIDs as ranges that are apart from each other: what a server may say many times, and of very many mails, costs no
// more than its words.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

namespace coi::net {

class UidRanges {
  public:
    enum class Keep { lowest, highest };
    /// Of more than `most` ranges only the lowest or the highest are kept.
    UidRanges(std::size_t most, Keep keep) : most_(most), keep_(keep) {}

    void add(std::uint32_t first, std::uint32_t last) {
        if (first == 0 || first > last) return;
        auto at = ranges_.upper_bound(first);
        if (at != ranges_.begin() && std::prev(at)->second >= first - 1) --at;
        while (at != ranges_.end() && at->first - 1 <= last) {
            first = std::min(first, at->first);
            last = std::max(last, at->second);
            at = ranges_.erase(at);
        }
        ranges_.emplace(first, last);
        if (ranges_.size() <= most_) return;
        ranges_.erase(keep_ == Keep::lowest ? std::prev(ranges_.end()) : ranges_.begin());
        is_cut_ = true;
    }
    /// The lowest or the highest UIDs, ascending, at most as many as ranges are kept.
    std::vector<std::uint32_t> uids() const {
        std::vector<std::uint32_t> all;
        if (keep_ == Keep::lowest) {
            for (const auto& [first, last] : ranges_)
                for (std::uint64_t uid = first; uid <= last && all.size() < most_; ++uid)
                    all.push_back(static_cast<std::uint32_t>(uid));
            return all;
        }
        for (auto at = ranges_.rbegin(); at != ranges_.rend(); ++at)
            for (std::uint64_t uid = at->second; uid >= at->first && all.size() < most_; --uid)
                all.push_back(static_cast<std::uint32_t>(uid));
        std::ranges::reverse(all);
        return all;
    }
    /// Whether uids() leaves some out.
    bool has_more() const {
        std::uint64_t count = 0;
        for (const auto& [first, last] : ranges_) count += std::uint64_t{last} - first + 1;
        return is_cut_ || count > most_;
    }

  private:
    std::size_t most_;
    Keep keep_;
    std::map<std::uint32_t, std::uint32_t> ranges_{};
    bool is_cut_ = false;
};

}  // namespace coi::net
