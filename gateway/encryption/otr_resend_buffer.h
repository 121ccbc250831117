// What went to a client under OTR and may not have been read there, since the client had lost or left the session.
//
// Nobody tells us of that for certain: mcabber, for one, tells contacts only that it sees online. But a client that is
// in a session begins no other. So what was sent after its last word goes again in a new session with the same key:
// rather twice than never, and to nobody else. In memory, one conversation's, and little: what is forgotten is not sent
// again. Pure.

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
    /// The entry was encrypted for `peer` (full JID), whose key that is.
    void sent(const std::string& peer, const xmpp::otr::Fingerprint& key, const queue::Entry& entry);
    /// Something came from it in the session, or its end: it has read what was before.
    void heard(const std::string& peer) { peers_.erase(peer); }
    /// A new session: what is to be sent again, the oldest first.
    std::vector<queue::Entry> started(const std::string& peer, const xmpp::otr::Fingerprint& key);

  private:
    struct Peer {
        xmpp::otr::Fingerprint key{};
        std::deque<queue::Entry> entries;
    };
    std::map<std::string, Peer> peers_;
};

}  // namespace gateway
