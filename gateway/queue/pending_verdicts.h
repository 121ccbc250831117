// LMTP deliveries that wait for what the Jabber server says of their stanza.
//
// design.md "two-leg queue" 5: the entry is committed tentatively; the sender hears 250 when the server took it, an
// error when the server refused it (then nothing of it is kept), and DeliveryResult::Kind::open when the wait is over.

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
    /// `done` is called once, with what becomes of this entry of the queue. Several may wait for one.
    void wait_for(std::int64_t entry, Time since, Done done);
    bool waits_for(std::int64_t entry) const { return waiting_.contains(entry); }
    /// The Jabber server took it.
    void taken(const queue::Entry&);
    /// It was refused for good. True if somebody waited and will tell its sender: the entry is deleted then.
    bool refused(const queue::Entry&, const coi::Error&);
    /// Those who have waited since then or longer get `open`.
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
