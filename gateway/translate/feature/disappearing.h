// Disappearing messages: how long after it was read a message is deleted by its reader's program.
//
// Jabber: [XEP-0466 §3.2]. Mail: chatmail's Ephemeral-Timer, which its core takes from each message for the whole chat;
// so the gateway keeps it (Contact::timer) and sends it with all that the user writes there. A DisappearsAfter stands
// beside a Text, or alone where a client only changes the timer. Users whose clients delete nothing, and users whose
// contact's program deletes nothing, are told so in words. A group of chatmail has a timer of its own, which is left
// out.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "gateway/translate/feature.h"

namespace gateway::disappearing {

/// Seconds after which the writer's program deletes the messages of this chat; 0: never.
std::uint32_t timer(const coi::Message&);
/// Whether the mail only says that the timer is another one. Its own text speaks to its writer ("You set …").
bool is_change(const coi::Message&);

/// What another timer means for a user: the contact's program deletes, a Jabber client does not.
std::string words_of_change(std::uint32_t seconds, const std::string& lang);
/// Says that the contact's program ignores the timer, as far as that is known; "" if it deletes.
std::string words_of_no_use(const Contact&, const std::string& lang);

extern const Feature feature;

}  // namespace gateway::disappearing
