// An account whose stored row does not match its seal: its user is told the truth, and nothing goes by another account
// in its place.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/store/queue.h"

namespace gateway {

/// The damaged account by which this user (bare JID) would write; nullptr if there is none.
const Account* damaged_account(const Directory&, const std::string& jid);

/// What is wrong, and who can do what about it.
std::string damaged_words(const Account&, const std::string& component, const std::string& lang);

/// Whose message this is, for the admin: "damaged" where only the row itself says so, and cannot be trusted.
std::string user_of_entry(const Directory&, const queue::Entry&);

}  // namespace gateway
