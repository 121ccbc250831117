// The JIDs that users use for their contacts, where these differ from the JIDs that the gateway writes.
//
// Not sealed: a node that does not convert to its contact's address is ignored (gateway/model/addresses).

#pragma once

#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/keys.h"

namespace gateway::spellings {

struct Known {
    AccountId account{};
    std::string contact;  // canonical
    std::vector<std::string> nodes;
};

/// In this range, in its order.
std::vector<Known> all(Database&, const keys::Range& = {});
/// Replaces the nodes of a contact; with no nodes, removes the row.
void save(Database&, AccountId, const std::string& contact, const std::vector<std::string>& nodes);

}  // namespace gateway::spellings
