// Several quick corrections of one message become one mail for a contact with a mail program.
//
// A correction waits in the queue, and the next correction of the same message replaces it. Which ones wait is known in
// memory only: after a restart each of them is sent.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "gateway/store/queue.h"

namespace gateway {

class CorrectionBursts {
  public:
    static constexpr std::chrono::seconds quiet{15};  // after the last correction
    static constexpr std::chrono::seconds most{60};   // after the first one

    /// Takes an entry out of the scheduler; false if it may be on its way already.
    using Withdraw = std::function<bool(const queue::Entry&)>;

    /// Lets the entry, a correction of `original`, wait. Returns the one whose place it takes, which has been
    /// withdrawn: it is deleted in the same commit, or given back to the scheduler if that fails.
    std::vector<queue::Entry> hold(queue::Entry&, const coi::MessageId& original, const Withdraw&);
    /// The entry was committed and has its id.
    void committed(const queue::Entry&, const coi::MessageId& original);
    /// The user writes the next message to this contact. Returns the ids of the entries that may be sent now.
    std::vector<std::int64_t> end(AccountId, const std::string& contact, Time now);

  private:
    struct Waiting {
        queue::Entry entry;  // without payload
        Time first{};
    };
    using Key = std::tuple<AccountId, std::string, coi::MessageId>;
    void forget_due(Time now);

    std::map<Key, Waiting> waiting_;
    std::multimap<Time, Key> due_;  // when each entry stops waiting; entries that were replaced are still in it
};

}  // namespace gateway
