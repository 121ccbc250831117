// Contacts that were removed although mail with them was encrypted. A mark of each stays, so that no mail to them is
// sent in the clear automatically.

#pragma once

#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::once_encrypted {

/// Adds a mark. `over`: the contact whose mark is removed for it; "" if there is room.
void note(Database&, AccountId, const std::string& canonical, const std::string& over);
/// The marks of an account, ascending.
std::vector<std::string> of(Database&, AccountId);

}  // namespace gateway::once_encrypted
