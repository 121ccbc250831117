// See correction_bursts.h.

#include "gateway/pipeline/correction_bursts.h"

#include <algorithm>

namespace gateway {

std::optional<queue::Entry> CorrectionBursts::hold(queue::Entry& entry, const coi::MessageId& original,
                                                   const Withdraw& withdraw) {
    const Time now = entry.taken;
    std::erase_if(waiting_, [now](const auto& each) { return each.second.entry.next <= now; });
    const auto [at, is_first] = waiting_.try_emplace({entry.account, entry.contact, original});
    Waiting& waiting = at->second;
    std::optional<queue::Entry> replaced;
    if (is_first)
        waiting.first = now;
    else if (waiting.entry.id != 0 && withdraw(waiting.entry))
        replaced = waiting.entry;
    entry.next = std::min<Time>(now + quiet, waiting.first + most);
    waiting.entry = entry;
    waiting.entry.payload.clear();
    return replaced;
}

void CorrectionBursts::committed(const queue::Entry& entry, const coi::MessageId& original) {
    const auto at = waiting_.find({entry.account, entry.contact, original});
    if (at != waiting_.end() && at->second.entry.name == entry.name) at->second.entry.id = entry.id;
}

std::vector<std::int64_t> CorrectionBursts::end(AccountId account, const std::string& contact) {
    std::vector<std::int64_t> ended;
    std::erase_if(waiting_, [&](const auto& each) {
        const bool is_here = std::get<0>(each.first) == account && std::get<1>(each.first) == contact;
        if (is_here && each.second.entry.id != 0) ended.push_back(each.second.entry.id);
        return is_here;
    });
    return ended;
}

}  // namespace gateway
