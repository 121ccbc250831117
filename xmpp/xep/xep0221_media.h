// Media in data forms: an image that a field shows.
//
// [XEP-0221 §2]. A cid: URI refers to data of [XEP-0231], which the client then requests from the gateway. Left out:
// reading.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0221 {

inline constexpr const char* ns = "urn:xmpp:media-element";

struct Media {
    std::string uri, type;           // "cid:sha1+…@bob.xmpp.org", "image/png"
    unsigned width = 0, height = 0;  // pixels; 0: unknown
};

/// `field` is a field of a form [XEP-0004 §3.2].
void add_media(Tag& field, const Media&);

}  // namespace xmpp::xep0221
