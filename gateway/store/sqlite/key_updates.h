// Applies the keys that a mail brings, in the commit of the mail; the rules are in gateway/model/key_update.

#pragma once

#include "gateway/model/key_update.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::keys {

/// On the present state of the peer: it may have changed since the mail was opened.
KeyUpdateResult apply(Database&, AccountId, const PeerKeyUpdate&);
/// What is proven in the conversation with this contact, whose keys these are.
trust::State state_of(Database&, AccountId, const std::string& contact, const coi::autocrypt::Peer&);

}  // namespace gateway::keys
