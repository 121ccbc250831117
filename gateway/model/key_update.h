// How the keys that a mail brings change what is known of a contact's keys.
//
// Pure; gateway/store/sqlite/key_updates applies it in the commit of the mail.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/trust.h"

namespace gateway {

/// A contact's keys, in their new state.
struct PeerKeys {
    std::string contact;  // canonical
    coi::autocrypt::Peer peer;
};

/// The result of applying a PeerKeyUpdate.
struct KeyUpdateResult {
    coi::autocrypt::Change change = coi::autocrypt::Change::nothing;
    coi::openpgp::Fingerprint before{};  // of the key used for encryption until now; "" if there was none
    coi::autocrypt::Peer peer{};         // the new state
    std::vector<PeerKeys> others{};      // other recipients whose keys were changed by gossip
    Relays relays{};                     // in their new state
    /// The key change that the user must be told of; nullopt if there is none.
    std::optional<trust::KeyNews> news() const;
};

/// Applies the key of the mail's sender to what is known of them. `state`: of the conversation before the mail.
coi::autocrypt::Change apply(coi::autocrypt::Peer&, const PeerKeyUpdate&, trust::State state);

}  // namespace gateway
