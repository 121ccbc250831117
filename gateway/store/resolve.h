// Looks up in the id map which earlier message an event refers to.
//
// The event has the message's id of one network; the result has the ids of both. Only messages of the same conversation
// count, and only those that the event may refer to. A reference to a correction gives the original message, however
// long the chain: [XEP-0308 §3] names the original, COI the last correction.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::ids {

/// For an event from mail, each of the messages that it is about; nullopt if one is not known.
void resolve(Store&, AccountId, const std::string& contact, std::vector<coi::MessageId>, RefersTo,
             Store::Done<std::vector<std::optional<Reference>>> done);
/// For an event from Jabber; nullopt if the message is not known.
void resolve(Store&, AccountId, const std::string& contact, const StanzaId&, RefersTo,
             Store::Done<std::optional<Reference>> done);

}  // namespace gateway::ids
