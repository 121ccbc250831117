// See pending_verdicts.h.

#include "gateway/queue/pending_verdicts.h"

#include <utility>

#include "gateway/store/ids.h"

namespace gateway {

void PendingVerdicts::wait_for(std::int64_t entry, Time since, Done done) {
    waiting_.try_emplace(entry, Waiting{since, {}}).first->second.calls.push_back(std::move(done));
}

void PendingVerdicts::taken(const queue::Entry& entry) {
    const auto at = waiting_.find(entry.id);
    if (at == waiting_.end()) return;
    for (const auto& done : std::exchange(at->second.calls, {})) done({DeliveryResult::Kind::taken, ""});
    waiting_.erase(at);
}

bool PendingVerdicts::refused(const queue::Entry& entry, const coi::Error& error) {
    const auto at = waiting_.find(entry.id);
    if (at == waiting_.end()) return false;
    const auto kind = error.permanent ? DeliveryResult::Kind::refused : DeliveryResult::Kind::busy;
    auto calls = std::exchange(at->second.calls, {});
    waiting_.erase(at);
    const Store::Work forget = [id = entry.id, account = entry.account, contact = entry.contact,
                                stanza = StanzaId{entry.name}](Database& db) {
        queue::done(db, id);
        ids::forget(db, account, contact, stanza);
    };
    store_.commit(forget, [this, forget, calls = std::move(calls), kind,
                           text = error.text](const Store::Failure& failure) {
        if (failure)
            store_.later(
                forget);  // repeated until the store is well: the mail system's next attempt then starts from nothing
        for (const auto& done : calls) {
            done(failure ? DeliveryResult{DeliveryResult::Kind::busy, "the store is not available"}
                         : DeliveryResult{kind, text});
        }
    });
    return true;
}

void PendingVerdicts::give_up(Time since) {
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        if (at->second.since > since) {
            ++at;
            continue;
        }
        auto calls = std::exchange(at->second.calls, {});
        at = waiting_.erase(at);
        for (const auto& done : calls) done({DeliveryResult::Kind::open, "the Jabber server has not answered yet"});
    }
}

}  // namespace gateway
