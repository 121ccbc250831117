// The keys of all members of a group in one question.

#pragma once

#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::keys {

/// What is known of the keys of each of these contacts (canonical addresses), in their order.
void of_members(Store&, AccountId, std::vector<std::string> contacts,
                Store::Done<std::vector<coi::autocrypt::Peer>> done);

}  // namespace gateway::keys
