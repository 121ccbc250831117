// How far each folder of a linked mailbox was read.
//
// A cursor is the folder's UIDVALIDITY and the first UID that was not read yet [RFC 9051 §2.3.1.1]. It is not sealed:
// it decides only where reading goes on.

#pragma once

#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::accounts {

/// By folder name.
std::vector<Cursor> cursors(Database&, AccountId);
/// Inserts or replaces the cursor of that folder.
void save(Database&, AccountId, const Cursor&);

}  // namespace gateway::accounts
