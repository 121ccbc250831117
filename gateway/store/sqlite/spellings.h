// The JIDs that users use for their contacts, where these differ from the JIDs that the gateway writes.
//
// Not sealed: a node that does not convert to its contact's address is ignored (gateway/model/addresses).

#pragma once

#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::spellings {

struct Known {
    std::string contact;  // canonical
    std::vector<std::string> nodes;
};

/// Of an account, by contact.
std::vector<Known> of(Database&, AccountId);
/// Replaces the nodes of a contact; with no nodes, removes the row.
void save(Database&, AccountId, const std::string& contact, const std::vector<std::string>& nodes);

}  // namespace gateway::spellings
