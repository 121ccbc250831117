// A person with several addresses: the contact's own key names them, and all lead to the contact, who keeps the address
// that was met first.
//
// Two things may not follow from such a list alone, because anybody can write any address into their own key. Mail to
// the contact goes to the listed addresses only if the key is bound to the contact's own address: somebody who has put
// their key into the contact's place would get the answers. A message to another address goes to the contact only if
// that address is vouched for: somebody who lists a stranger's address would get that stranger's messages. A mail from
// a listed address needs neither: the key that counts for the contact has signed it. Pure. The word is chatmail's: this
// has nothing to do with the gateway's own relay ([relay], Account::Kind::relay).

#pragma once

#include <string>
#include <vector>

#include "gateway/model/account.h"

namespace gateway::relays {

/// Where encrypted mail to the contact goes: what the key lists, the contact's own address first; without a list, that
/// address alone. Never empty.
std::vector<std::string> recipients(const Contact&, const coi::Address& own);
/// Whether the list has this address.
bool has(const Relays&, const std::string& canonical);
/// Whether a message that the user writes to this other address is one to the contact. `met`: who is known by that
/// address; nullptr for nobody. Whoever has a key or a protected conversation of their own stays who they are.
bool leads(const Contact& to, const std::string& canonical, const Contact* met);

}  // namespace gateway::relays
