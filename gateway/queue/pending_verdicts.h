// LMTP deliveries that wait for the Jabber server's verdict on their stanza.
//
// The entry is committed tentatively. The LMTP client gets 250 when the Jabber server took the stanza, an error when it
// refused it (then nothing is kept), and DeliveryResult::Kind::open leads to a reply when the wait is over.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "coi/result.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

class PendingVerdicts {
  public:
    using Done = std::function<void(DeliveryResult)>;
    explicit PendingVerdicts(Store& store) : store_(store) {}
    /// `done` is called once, with the result of this queue entry. Several calls may wait for one entry.
    void wait_for(std::int64_t entry, Time since, Done done);
    bool waits_for(std::int64_t entry) const { return waiting_.contains(entry); }
    /// The Jabber server took the stanza.
    void taken(const queue::Entry&);
    /// The stanza was refused permanently. True if a delivery waited for it and reports the failure to its client; then
    /// the entry is deleted.
    bool refused(const queue::Entry&, const coi::Error&);
    /// Deliveries that have waited since `since` or longer get `open`.
    void give_up(Time since);

  private:
    struct Waiting {
        Time since;
        std::vector<Done> calls;
    };
    std::vector<Done> take(std::int64_t entry);

    Store& store_;
    std::map<std::int64_t, Waiting> waiting_;  // by queue entry
};

}  // namespace gateway
