// Sends stanzas that need no proof of delivery: answers, presence, errors.

#pragma once

#include "xmpp/stanza.h"

namespace gateway {

class StanzaSender {
  public:
    virtual ~StanzaSender() = default;
    virtual void send(const xmpp::Tag&) = 0;
};

}  // namespace gateway
