// The name of a contact in the user's client: the contact's own display name, unless it could be confused with somebody
// else.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"

namespace gateway {

/// The display name; the mail address if the name mentions another address, is the gateway's, or cannot be told by the
/// eye from another contact's. "" for a contact without a name. The cost does not depend on the number of contacts.
std::string nick(const Directory&, const Contact&);

/// The same, or their address where no name is known.
std::string shown_name(const Directory&, const Contact&);

}  // namespace gateway
