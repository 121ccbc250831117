// Contacts that were forgotten though mail with them was encrypted: a mark is left of each, so that nothing goes to
// them in the clear by itself.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::once_encrypted {

/// Leaves a mark; `over`: another one that goes for it, "" if there is room.
void note(Database&, AccountId, const std::string& canonical, const std::string& over);
/// Of all accounts.
std::vector<std::pair<AccountId, std::string>> all(Database&);

}  // namespace gateway::once_encrypted
