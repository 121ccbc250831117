// Invites [SecureJoin §"Setup Contact protocol"]: those that an account has given out, and those that it follows.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "coi/crypt/securejoin_state.h"
#include "gateway/model/event.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway::keys {

/// All that a handshake mail between the account and that contact may be about.
struct Handshakes {
    coi::openpgp::Fingerprint own;  // "" without a key
    std::vector<coi::securejoin::Offer> offers;
    std::vector<coi::securejoin::Joining> joinings;
};
void handshakes(Store&, AccountId, const std::string& contact, Store::Done<Handshakes> done);

/// Adds an invite of the account's own; where there are `most` already, the oldest is removed.
void offer(Store&, AccountId, const coi::securejoin::Offer&, std::size_t most, Store::Committed done);
/// Follows a contact's invite: saves it, and puts the first mail of the handshake. `done` gets it with its id.
void join(Store&, AccountId, const coi::securejoin::Joining&, queue::Entry request, Store::Done<queue::Entry> done);
/// Removes one invite, own or followed. `done` gets whether it was there.
void end_invite(Store&, AccountId, const coi::securejoin::Invite&, Store::Done<bool> done);
/// Removes the account's own invites with the next commit: they name a key that is no longer used.
void end_offers(Store&, AccountId);
/// Removes the invites that expired at `now` or earlier, with the next commit.
void expire_invites(Store&, std::chrono::sys_seconds now);

}  // namespace gateway::keys
