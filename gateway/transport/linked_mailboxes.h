// What users do with linked mailboxes: try a login, and ask for the state. gateway/transport/mailbox_pool does it.

#pragma once

#include <functional>
#include <string>

#include "gateway/model/account.h"
#include "gateway/transport/mailbox_check.h"

namespace gateway {

class LinkedMailboxes {
  public:
    virtual ~LinkedMailboxes() = default;
    /// Tries the login on the mail servers (gateway/transport/mailbox_check). `done` is called later, on the loop.
    virtual void check(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)> done) = 0;
    /// The account's state as a text in the user's language: "Connected.", "Not connected: …".
    virtual std::string health(const Account&, const std::string& lang) const = 0;
};

}  // namespace gateway
