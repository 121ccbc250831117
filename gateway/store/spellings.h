// The JIDs by which users know their contacts, where those are not the ones that we write.
//
// Not sealed: a node that does not read as its contact's address is passed over (gateway/model/addresses).

#pragma once

#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::spellings {

struct Known {
    AccountId account{};
    std::string contact;  // canonical
    std::vector<std::string> nodes;
};

std::vector<Known> all(Database&);
/// None: the row goes.
void save(Database&, AccountId, const std::string& contact, const std::vector<std::string>& nodes);

}  // namespace gateway::spellings
