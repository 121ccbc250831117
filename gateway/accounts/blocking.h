// Whom a user has blocked: nothing of them comes to the user, and nothing of the user goes to them.
//
// [XEP-0191 §3.3], with the gateway in the place of the server: clients tell their own server only. A user with a
// linked mailbox and a relay address has blocked somebody at both. Stored with the contact.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"

namespace gateway::blocking {

/// Whether mail of this contact to this account is blocked. The contacts of the account, and of the one through which
/// its user writes, should be in memory.
bool is_blocked(const Directory&, AccountId, const std::string& canonical);
/// Blocks or unblocks the contact at all accounts of the account's user, then calls back.
void set(Directory&, const Account&, const coi::Address&, bool blocked, std::function<void(Store::Failure)> done);
/// Whom the account has blocked.
std::vector<coi::Address> blocked_at(const Directory&, AccountId);
/// The user has linked a mailbox: it blocks whom their relay address blocks.
void linked(Directory&, const std::string& jid);

}  // namespace gateway::blocking
