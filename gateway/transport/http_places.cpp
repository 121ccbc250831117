// See http_places.h.

#include "gateway/transport/http_places.h"

#include <algorithm>

namespace gateway {

std::optional<HttpPlaces::Given> HttpPlaces::take(const std::string& who) {
    const auto known = counts_.find(who);
    const std::size_t theirs = known == counts_.end() ? 0 : known->second;
    if (!who.empty() && theirs >= of_address_) return std::nullopt;
    Given given;
    if (taken_.size() >= all_) {
        given.taken_from = make_room(theirs);
        if (!given.taken_from) return std::nullopt;
        leave(*given.taken_from);
    }
    given.place = ++last_;
    taken_.emplace(given.place, who);
    ++counts_[who];
    return given;
}

/// The first one of the address that has most, if it keeps no less than the one who comes gets.
std::optional<HttpPlaces::Number> HttpPlaces::make_room(std::size_t theirs) {
    const auto most = std::ranges::max_element(counts_, {}, [](const auto& each) { return each.second; });
    if (most == counts_.end() || most->second < theirs + 2) return std::nullopt;
    const auto first = std::ranges::find_if(taken_, [&](const auto& each) { return each.second == most->first; });
    return first == taken_.end() ? std::nullopt : std::optional(first->first);
}

void HttpPlaces::leave(Number place) {
    const auto at = taken_.find(place);
    if (at == taken_.end()) return;
    if (const auto theirs = counts_.find(at->second); --theirs->second == 0) counts_.erase(theirs);
    taken_.erase(at);
}

}  // namespace gateway
