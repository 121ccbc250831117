// Messages sent under OTR that the client may not have been able to read, because it had lost or left the session.
//
// No client reports this reliably: mcabber, for example, tells only contacts that it sees online. But a client in a
// session starts no other one. So messages that were sent after the client's last sign of life in the session are sent
// again in a new session with the same key: a repetition is better than a loss, and nobody else gets them. In memory,
// per conversation, a few; what is forgotten is not sent again. Pure.

#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "gateway/store/queue.h"
#include "xmpp/otr/identity.h"

namespace gateway {

class OtrResendBuffer {
  public:
    /// The entry was encrypted for `peer` (full JID), which has this key.
    void sent(const std::string& peer, const xmpp::otr::Fingerprint& key, const queue::Entry& entry);
    /// A message of the session, or its end, came from the client: it has read the messages before.
    void heard(const std::string& peer) { peers_.erase(peer); }
    /// A new session started: returns the entries to send again, oldest first.
    std::vector<queue::Entry> started(const std::string& peer, const xmpp::otr::Fingerprint& key);

  private:
    struct Peer {
        xmpp::otr::Fingerprint key{};
        std::deque<queue::Entry> entries;
    };
    std::map<std::string, Peer> peers_;
};

}  // namespace gateway
