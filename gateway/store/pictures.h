// The bytes of pictures: of a user's contacts, and the user's own.
//
// What is known of a contact's picture without its bytes is in the contact (Contact::profile). The rows are in
// gateway/store/sqlite/pictures; they end with their contact or account.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway::pictures {

/// In place of a contact: the user.
inline constexpr const char* own = "";

/// The picture of a contact, or `own`; nullopt if there is none. Answered also while nothing can be written.
void read(Store&, AccountId, const std::string& contact, Store::Done<std::optional<Picture>> done);
/// Replaces it with the next commit; nullptr: there is none any more.
void save(Store&, AccountId, const std::string& contact, std::shared_ptr<const Picture>);

}  // namespace gateway::pictures
