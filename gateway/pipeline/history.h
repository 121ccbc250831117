// What of an old message is shown when its user asks for it: its words, files and places. Pure.

#pragma once

#include "gateway/model/event.h"

namespace gateway::history {

/// Takes away what would have a consequence now: the wish for a receipt, a timer, a call. False if it is no message by
/// itself: a reaction, a retraction, a receipt, a correction, a part of an OTR session.
bool strip(Event&);

}  // namespace gateway::history
