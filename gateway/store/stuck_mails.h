// Mails that could not be read, on disk: see gateway/transport/stuck_mails.h. No content of them is kept, only where
// they lie and why.

#pragma once

#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/stuck_mail.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::stuck_mails {

std::vector<Stuck> all(Database&, AccountId);
/// Puts it in the place of what was known of this mail. Nothing happens if the account is gone.
void save(Database&, AccountId, const Stuck&);
/// It was read, or is gone.
void forget(Database&, AccountId, const Stuck&);
/// The folder is numbered anew: all of it with another UIDVALIDITY.
void renumbered(Database&, AccountId, const std::string& folder, std::uint32_t uid_validity);
/// All of an account are tried anew, as if they had never failed.
void try_again(Database&, AccountId);
/// The gateway came to an end while it worked on this mail.
void stopped_at(Database&, AccountId, const Stuck&);

}  // namespace gateway::stuck_mails
