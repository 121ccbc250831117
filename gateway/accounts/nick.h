// What a contact is called in the user's client: the display name that they give themselves, unless it could be taken
// for somebody else.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"

namespace gateway {

/// The display name; the mail address where the name speaks of another address, or another contact has the same name.
/// "" for a contact without a name.
std::string nick(const Directory&, const Contact&);

}  // namespace gateway
