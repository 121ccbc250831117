// Mails that could not be read, on disk; see gateway/transport/stuck_mails.h. Only their place
// (UIDVALIDITY and UID [RFC 9051 §2.3.1.1]) and the reason are stored, no content.

#pragma once

#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/stuck_mail.h"
#include "gateway/store/sqlite/database.h"

namespace gateway::stuck_mails {

std::vector<Stuck> all(Database&, AccountId);
/// Inserts or replaces the entry of this mail. Does nothing if the account is gone.
void save(Database&, AccountId, const Stuck&);
/// Removes the entry: the mail was read, or is gone.
void forget(Database&, AccountId, const Stuck&);
/// Removes all entries of a folder that have another UIDVALIDITY.
void renumbered(Database&, AccountId, const std::string& folder, std::uint32_t uid_validity);
/// Resets all entries of an account: the mails are tried again as if they had never failed.
void try_again(Database&, AccountId);
/// Notes that the gateway stopped while it worked on this mail.
void stopped_at(Database&, AccountId, const Stuck&);

}  // namespace gateway::stuck_mails
