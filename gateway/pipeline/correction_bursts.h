// Several quick corrections of one message become one mail, where each would be a mail for a person to read.
//
// A correction waits in the queue for a while; the next one of the same message takes its place. What is known of those
// that wait is in memory: after a restart each leaves as it is.

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
    std::optional<queue::Entry> hold(queue::Entry&, const coi::MessageId& original, const Withdraw&);
    /// The entry has its number.
    void committed(const queue::Entry&, const coi::MessageId& original);
    /// The user goes on in this conversation: the numbers of the entries that need not wait any longer.
    std::vector<std::int64_t> end(AccountId, const std::string& contact);

  private:
    struct Waiting {
        queue::Entry entry;  // without payload
        Time first{};
    };
    using Key = std::tuple<AccountId, std::string, coi::MessageId>;
    std::map<Key, Waiting> waiting_;
};

}  // namespace gateway
