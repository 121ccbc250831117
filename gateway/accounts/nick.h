// The name of a contact in the user's client: the contact's own display name, unless it could be confused with somebody
// else.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"

namespace gateway {

/// The display name; the mail address if the name mentions another address, or if another contact has the same name. ""
/// for a contact without a name.
std::string nick(const Directory&, const Contact&);

}  // namespace gateway
