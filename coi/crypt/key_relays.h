// The addresses of a key's owner, which the key names itself.
//
// Chatmail programs write them into the key: the notation `relays@chatmail.at` [RFC 9580 §5.2.3.24] of its direct-key
// signature [RFC 9580 §5.2.1.10], addresses with commas between them. A newer signature takes the place of an older
// one, so an old copy of the key brings no address back. Signatures are checked by RNP; only those of the key itself
// count.

#pragma once

#include <vector>

#include "coi/crypt/rnp.h"
#include "coi/mail/address.h"

namespace coi::openpgp {

/// What the newest valid direct-key signature says.
std::vector<Address> relays_of(rnp_key_handle_t primary);

/// Removes the signatures that a newer one of the same kind has replaced: direct-key signatures, and certifications of
/// each user id [RFC 9580 §5.2.3.10].
void drop_replaced(rnp_key_handle_t primary);

}  // namespace coi::openpgp
