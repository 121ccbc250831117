// OMEMO keys on disk: all of them sealed, with the row that they belong to.
//
// A row that does not match its seal is set aside when it is read (gateway/store/sqlite/sealed).

#pragma once

#include <string>
#include <vector>

#include "coi/crypt/secret.h"
#include "gateway/store/omemo_keys.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::keys {

coi::Secret omemo_own(Database&, AccountId);
std::vector<OmemoDevice> omemo_devices(Database&, AccountId);
std::vector<OmemoSession> omemo_sessions(Database&, AccountId, const std::string& contact);
void save(Database&, const OmemoChange&);
void forget_omemo_device(Database&, AccountId, std::uint32_t device);
/// The contact's sessions.
void forget_omemo_sessions(Database&, AccountId, const std::string& contact);

void seal_omemo_anew(Database&, Sealed before);

}  // namespace gateway::keys
