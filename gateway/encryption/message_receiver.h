// Takes the messages of users that become mails, after OTR.

#pragma once

#include "coi/message.h"
#include "gateway/model/account.h"
#include "xmpp/stanza.h"

namespace gateway {

class MessageReceiver {
  public:
    virtual ~MessageReceiver() = default;
    /// A message that can be read. `under_otr`: the original stanza, if the text came by OTR.
    virtual void take(const xmpp::Tag& message, const xmpp::Tag* under_otr) = 0;
    /// A complete OTR message that goes to the contact's program as it is (gateway/encryption/otr_tunnel).
    virtual void take_tunnelled(const Account&, const coi::Address& to, const xmpp::Tag& message) = 0;
};

}  // namespace gateway
