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

}  // namespace gateway
