// SecureJoin invites on disk: those that an account has given out, and those that it follows.
//
// An invite is sealed and bound to its row (gateway/store/sqlite/sealed). Rows go with their account, a contact's rows
// with the contact.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coi/crypt/securejoin_state.h"
#include "gateway/store/invites.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::keys {

/// Inserts an invite of the account's own, or updates who has used it.
void save(Database&, AccountId, const coi::securejoin::Offer&);
/// The account's own invites, newest first.
std::vector<coi::securejoin::Offer> offers(Database&, AccountId);
/// A contact's invite that the user follows, under the contact's canonical address.
void save(Database&, AccountId, const coi::securejoin::Joining&);
std::vector<coi::securejoin::Joining> joinings(Database&, AccountId, const std::string& contact);
Handshakes handshakes(Database&, AccountId, const std::string& contact);
/// Removes one invite, own or followed.
bool forget(Database&, AccountId, const coi::securejoin::Invite&);
/// Removes the invites that expired at `now` or earlier.
void expire_invites(Database&, std::chrono::sys_seconds now);
/// Removes the invites of a contact; the account's own stay.
void forget_invites(Database&, AccountId, const std::string& contact);

/// Seals all invites with the current key.
void seal_invites_anew(Database&, Sealed before);

}  // namespace gateway::keys
