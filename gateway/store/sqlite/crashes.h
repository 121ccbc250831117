// How often the process died while it processed an item, on disk (table `stumble`).

#pragma once

#include <functional>
#include <map>
#include <string>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::crashes {

void count(Database&, const std::string& item, Time now);
/// Removes what was last counted before this time.
void expire(Database&, Time before);
std::map<std::string, int, std::less<>> all(Database&);
void forget(Database&, const std::string& item);

}  // namespace gateway::crashes
