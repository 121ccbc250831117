// See correction_bursts.h.

#include "gateway/pipeline/correction_bursts.h"

#include <algorithm>

namespace gateway {

std::vector<queue::Entry> CorrectionBursts::hold(queue::Entry& entry, const coi::MessageId& original,
                                                 const Withdraw& withdraw) {
    const Time now = entry.taken;
    forget_due(now);
    const auto [at, is_first] = waiting_.try_emplace({entry.account, entry.contact, original});
    Waiting& waiting = at->second;
    std::vector<queue::Entry> replaced;
    if (is_first)
        waiting.first = now;
    else if (waiting.entry.id != 0 && withdraw(waiting.entry))
        replaced.push_back(waiting.entry);
    entry.next = std::min<Time>(now + quiet, waiting.first + most);
    waiting.entry = entry;
    waiting.entry.payload.clear();
    due_.emplace(entry.next, at->first);
    return replaced;
}

void CorrectionBursts::forget_due(Time now) {
    for (; !due_.empty() && due_.begin()->first <= now; due_.erase(due_.begin())) {
        const auto at = waiting_.find(due_.begin()->second);
        if (at != waiting_.end() && at->second.entry.next <= now) waiting_.erase(at);
    }
}

void CorrectionBursts::committed(const queue::Entry& entry, const coi::MessageId& original) {
    const auto at = waiting_.find({entry.account, entry.contact, original});
    if (at != waiting_.end() && at->second.entry.name == entry.name) at->second.entry.id = entry.id;
}

std::vector<std::int64_t> CorrectionBursts::end(AccountId account, const std::string& contact, Time now) {
    forget_due(now);
    std::vector<std::int64_t> ended;
    const auto first = waiting_.lower_bound({account, contact, {}});
    auto last = first;
    for (; last != waiting_.end() && std::get<0>(last->first) == account && std::get<1>(last->first) == contact;
         ++last) {
        if (last->second.entry.id != 0) ended.push_back(last->second.entry.id);
    }
    waiting_.erase(first, last);
    return ended;
}

}  // namespace gateway
