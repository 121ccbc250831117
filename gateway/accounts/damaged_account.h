// An account whose stored row does not match its seal: its user is told so, and no other account is used in its place.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/store/queue.h"

namespace gateway {

/// The damaged account that this user (bare JID) would write with; nullptr if there is none.
const Account* damaged_account(const Directory&, const std::string& jid);

/// The problem, and who can solve it.
std::string damaged_words(const Account&, const std::string& component, const std::string& lang);

/// The user of an entry, for the admin: "damaged" if only the damaged row names the user, which cannot be trusted.
std::string user_of_entry(const Directory&, const queue::Entry&);

}  // namespace gateway
