// See pending_verdicts.h.

#include "gateway/queue/pending_verdicts.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "gateway/store/queue.h"

namespace gateway {

void PendingVerdicts::wait_for(std::int64_t entry, Time since, Done done) {
    waiting_.try_emplace(entry, Waiting{since, {}}).first->second.calls.push_back(std::move(done));
}

void PendingVerdicts::taken(const queue::Entry& entry) {
    for (const auto& done : take(entry.id)) done({DeliveryResult::Kind::taken, ""});
}

bool PendingVerdicts::refused(const queue::Entry& entry, const coi::Error& error) {
    if (!waits_for(entry.id)) return false;
    auto calls = take(entry.id);
    const auto kind = error.permanent ? DeliveryResult::Kind::refused : DeliveryResult::Kind::busy;
    queue::refuse_delivery(
        store_, entry, [calls = std::move(calls), kind, text = error.text](const Store::Failure& failure) {
            for (const auto& done : calls) {
                done(failure ? DeliveryResult{DeliveryResult::Kind::busy, "the store is not available"}
                             : DeliveryResult{kind, text});
            }
        });
    return true;
}

void PendingVerdicts::give_up(Time since) {
    std::vector<Done> over;
    std::erase_if(waiting_, [&](auto& each) {
        if (each.second.since > since) return false;
        std::ranges::move(each.second.calls, std::back_inserter(over));
        return true;
    });
    for (const auto& done : over) done({DeliveryResult::Kind::open, "the Jabber server has not answered yet"});
}

/// Removes and returns the deliveries that wait for the entry: their callbacks may start another wait.
std::vector<PendingVerdicts::Done> PendingVerdicts::take(std::int64_t entry) {
    auto node = waiting_.extract(entry);
    return node ? std::move(node.mapped().calls) : std::vector<Done>{};
}

}  // namespace gateway
