// Contacts' canonical addresses of version 0.1.0, which folded the whole local part of an address ("strauß" to
// "strauss", "JÜRGEN" to "jürgen"); today only ASCII is folded (coi::Address::canonical). Without a change such a
// contact would not be found: mail to them would leave in the clear, and another person with the folded name would get
// their keys.

#pragma once

#include "gateway/store/sqlite/database.h"

namespace gateway::folded_names {

/// Renames such contacts in all tables. For a store of 0.1.0, before its rows are sealed again.
void unfold(Database&);

}  // namespace gateway::folded_names
