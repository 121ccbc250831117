// What users do with linked mailboxes: try a login, ask for the state, choose how the server files chats.
// gateway/transport/mailbox_pool does it.

#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "coi/server_settings.h"
#include "gateway/model/account.h"
#include "gateway/transport/mailbox_check.h"

namespace gateway {

/// What became of the wish for older messages.
struct History {
    std::size_t found = 0, shown = 0;  // mails; messages that were not known
};

enum class HistoryStart { begun, another_runs, not_now };

class LinkedMailboxes {
  public:
    virtual ~LinkedMailboxes() = default;
    /// Tries the login on the mail servers (gateway/transport/mailbox_check). `done` is called later, on the loop.
    virtual void check(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)> done) = 0;
    /// Fetches the last `most` mails between the account's user and the contact, and has those shown that are not known
    /// (gateway/transport/mailbox_history). One at a time for an account. If it has begun, `done` is called later, on
    /// the loop.
    virtual HistoryStart fetch_history(AccountId, const coi::Address& contact, std::size_t most,
                                       std::function<void(coi::Result<History>)> done) = 0;
    /// Asks the account's mail server for its COI settings, on a session of its own. `wanted`: the message filter to
    /// set before ("" disables COI); nullopt: nothing is set. `done` is called later, on the loop.
    virtual void coi_server(const Account&, std::optional<std::string> wanted,
                            std::function<void(coi::Result<coi::ServerSettings>)> done) = 0;
    /// The account's state as a text in the user's language: "Connected.", "Not connected: …".
    virtual std::string health(const Account&, const std::string& lang) const = 0;
};

}  // namespace gateway
