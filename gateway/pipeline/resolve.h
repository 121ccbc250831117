// References of one network become those of the other, by the id map.
//
// A reader fills one id of Event::about; here the other is looked for: in the same conversation only, and only among
// messages of those whom the feature allows (gateway/translate/feature). A correction leads to the message that it
// corrects, however long the chain: [XEP-0308 §3] names the first message, COI the last correction.

#pragma once

#include <optional>
#include <string>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"

namespace gateway {

/// The reference of an event from mail, with its stanza id; nullopt: not known. For the store's thread.
std::optional<Reference> resolve_mail(Database&, AccountId, const std::string& contact, const Event&);
/// The same for an event from Jabber, with its Message-ID.
std::optional<Reference> resolve_stanza(Database&, AccountId, const std::string& contact, const Event&);

}  // namespace gateway
