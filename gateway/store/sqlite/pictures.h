// Pictures on disk, sealed, each bound to the account and the contact whose picture it is.

#pragma once

#include <optional>
#include <string>

#include "gateway/model/account.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::pictures {

/// nullopt if there is none, or if it does not match its seal; then it is removed.
std::optional<Picture> read(Database&, AccountId, const std::string& contact);
/// Replaces it. Nothing is stored for an account that is gone.
void save(Database&, AccountId, const std::string& contact, const Picture&);
void remove(Database&, AccountId, const std::string& contact);

/// Seals all pictures with the current key.
void seal_anew(Database&, Sealed before);

}  // namespace gateway::pictures
