// What contacts show of themselves, without their pictures' bytes: rows beside those of the contacts.
//
// Few contacts have one. The row is bound into the seal of its status.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::profiles {

/// Of an account, by contact (canonical). Rows that do not match their seal are removed.
std::vector<std::pair<std::string, Profile>> of(Database&, AccountId);
/// Replaces the profile of a contact; an empty one removes the row.
void save(Database&, AccountId, const std::string& contact, const Profile&);

/// Seals all profiles with the current key.
void seal_anew(Database&, Sealed before);

}  // namespace gateway::profiles
