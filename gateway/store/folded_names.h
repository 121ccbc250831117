// The canonical addresses under which 0.1.0 kept its contacts: it folded the whole local part ("strauß" to "strauss",
// "JÜRGEN" to "jürgen"); today only ASCII letters are folded (coi::Address::canonical). A contact that is kept so is not
// found again, and mail to them would leave in the clear; another person, whose address is the folded one, would be
// taken for them.

#pragma once

#include "gateway/store/sqlite/database.h"

namespace gateway::folded_names {

/// Keeps all that is stored of such contacts under the canonical address of today. For a store of 0.1.0, before its
/// rows are sealed anew.
void unfold(Database&);

}  // namespace gateway::folded_names
