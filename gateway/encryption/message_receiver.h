// Takes the messages of users that become mails, after they were decrypted.

#pragma once

#include <memory>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/store/omemo_keys.h"
#include "xmpp/stanza.h"

namespace gateway {

/// How a message came that was encrypted.
struct Opened {
    EndToEnd by = EndToEnd::none;
    const xmpp::Tag& original;                        // goes back with an error
    std::shared_ptr<const keys::OmemoChange> keys{};  // committed with the message
};

class MessageReceiver {
  public:
    virtual ~MessageReceiver() = default;
    /// A message that can be read; `opened`: if it came encrypted.
    virtual void take(const xmpp::Tag& message, const Opened* opened) = 0;
    /// A complete OTR message that goes to the contact's program as it is (gateway/encryption/otr_tunnel).
    virtual void take_tunnelled(const Account&, const coi::Address& to, const xmpp::Tag& message) = 0;
};

}  // namespace gateway
