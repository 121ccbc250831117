// Contacts' keys as 0.1.0 wrote them: it folded the whole local part of an address ("strauß" to "strauss", "JÜRGEN" to
// "jürgen"), today only ASCII is (coi::Address::canonical). A contact that was stored so would not be found again: mail
// to them would leave in the clear, and another person of the folded name would get their keys.

#pragma once

#include "gateway/store/sqlite/database.h"

namespace gateway::folded_names {

/// All that is stored of such contacts gets the key of today. For a store of 0.1.0, before its rows are sealed anew.
void unfold(Database&);

}  // namespace gateway::folded_names
