// Places: a point on the map, which clients show as one.
//
// Jabber: a body that is a geo: URI and nothing else [RFC 5870], with [XEP-0080 §3] beside it; either is read. Mail: an
// h-geo for COI [COI-C "Location Messages"], message.kml for chatmail, and for people coordinates with a link to a map.
// A Location stands beside a Text, which may be empty; towards Jabber it is a message of its own behind it. Where a
// chatmail user is just now (location.kml) is shown now and then (gateway/pipeline/incoming).

#pragma once

#include <optional>
#include <vector>

#include "gateway/translate/feature.h"

namespace gateway::location {

/// One event for each message that clients show: what is said, if anything is, then the place, which is without a
/// stanza id if it is not the first. At least one.
std::vector<Event> messages_of(Event);

/// What is said beside a place; nullopt if nothing is.
std::optional<Event> without_place(Event);

extern const Feature feature;

}  // namespace gateway::location
