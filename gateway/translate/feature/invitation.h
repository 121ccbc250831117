// An invitation to an event, told in words: what, when, where.
//
// From mail only: nothing that Jabber clients send is a calendar. Answering it stays with the mail program.

#pragma once

#include <string>

#include "coi/mail/calendar.h"

namespace gateway::invitation {

/// "⟦Invitation: Lunch⟧" and lines of that form for when and where.
std::string words(const coi::Invitation&, const std::string& lang);

}  // namespace gateway::invitation
