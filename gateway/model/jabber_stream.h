// The stream to the Jabber server, for modules that send more than answers.

#pragma once

#include <functional>

#include "gateway/model/stanza_sender.h"
#include "xmpp/fence.h"

namespace gateway {

class JabberStream : public StanzaSender {
  public:
    /// Sends with proof of delivery; see xmpp::Component::deliver.
    virtual void deliver(const xmpp::Tag&, std::function<void(const xmpp::Outcome&)> done) = 0;
    /// Whether more may be sent that can wait. False: it is down, or too many bytes wait for the socket.
    virtual bool has_room() const = 0;
};

}  // namespace gateway
