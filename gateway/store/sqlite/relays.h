// The addresses that contacts' keys list (gateway/model/relays): a row per contact whose key says any.
//
// A row belongs to one key; when another key counts for the contact, it begins anew. It is bound into its mark: who
// could change it would get copies of what is written to the contact.

#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::relays {

/// What a row says.
struct Listed {
    coi::openpgp::Fingerprint key;
    std::int64_t since = 0;  // ms; when this key was first seen to list addresses
    Relays relays;
};

/// Of an account, by contact (canonical). Rows that do not match their mark are removed.
std::vector<std::pair<std::string, Listed>> of(Database&, AccountId);
/// nullopt: there is none.
std::optional<Listed> of(Database&, AccountId, const std::string& contact);
/// What a mail says of its author's addresses: `peer` are the contact's keys after it. Binds the key to the contact's
/// address where the mail system vouches for a mail from there which the key has signed, or where such a mail names a
/// message that went to that address alone.
Relays apply(Database&, AccountId, const PeerKeyUpdate&, const coi::autocrypt::Peer& peer);
void remove(Database&, AccountId, const std::string& contact);

/// Seals all rows with the current key.
void seal_anew(Database&, Sealed before);

}  // namespace gateway::relays
