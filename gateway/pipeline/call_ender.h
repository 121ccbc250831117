// Tells a caller by mail that nobody takes the call, so that their program does not ring in vain.

#pragma once

#include "coi/mail/address.h"
#include "coi/message_id.h"
#include "gateway/model/event.h"

namespace gateway {

class CallEnder {
  public:
    virtual ~CallEnder() = default;
    /// `call`: the caller's mail. Encrypted as the conversation is; nobody hears of it if it cannot leave.
    virtual void end_call(AccountId, const coi::Address& caller, const coi::MessageId& call) = 0;
};

}  // namespace gateway
