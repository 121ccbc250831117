// Looks up in the id map which earlier message an event refers to.
//
// The event has the message's id of one network; the result has the ids of both. Only messages of the same conversation
// count, and only those that the event may refer to. A reference to a correction gives the original message, however
// long the chain: [XEP-0308 §3] names the original, COI the last correction. For the store's thread.

#pragma once

#include <optional>
#include <string>

#include "gateway/model/event.h"
#include "gateway/store/sqlite/database.h"
#include "gateway/translate/feature.h"

namespace gateway {

/// For an event from mail; nullopt if the message is not known.
std::optional<Reference> resolve_mail(Database&, AccountId, const std::string& contact, const coi::MessageId&,
                                      RefersTo);
/// For an event from Jabber; nullopt if the message is not known.
std::optional<Reference> resolve_stanza(Database&, AccountId, const std::string& contact, const StanzaId&, RefersTo);

}  // namespace gateway
