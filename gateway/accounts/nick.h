// The name of a contact in the user's client: the contact's own display name, unless it could be confused with somebody
// else.

#pragma once

#include <cstdint>
#include <string>

#include "gateway/accounts/directory.h"

namespace gateway {

/// The display name; the mail address if the name mentions another address, or if another contact has the same name. ""
/// for a contact without a name. The cost does not depend on the number of contacts.
std::string nick(const Directory&, const Contact&);

/// A hash of the name as it is shown, without the case of ASCII letters: names that could be confused have the same.
/// 0: no name.
std::uint32_t nick_hash(const coi::Address&);

/// The same, or their address where no name is known.
std::string shown_name(const Directory&, const Contact&);

}  // namespace gateway
