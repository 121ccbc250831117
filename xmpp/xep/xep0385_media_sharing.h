// Stateless Inline Media Sharing: files to which parts of the text refer. XEP-0447 has taken its place.
//
// [XEP-0385 §4.1]. Left out: writing it, hashes, thumbnails, sources other than URLs.

#pragma once

#include <string>
#include <vector>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0446_metadata.h"

namespace xmpp::xep0385 {

inline constexpr const char* ns_reference = "urn:xmpp:reference:0";  // [XEP-0372 §3.3]
inline constexpr const char* ns = "urn:xmpp:sims:1";
inline constexpr const char* newer_ns = "urn:xmpp:sims:2";

struct Media {
    std::string url;
    xep0446::Metadata metadata;
};

/// The files that the message shares; none if one of them lies at no URL.
std::vector<Media> media_of(const Tag& message);

}  // namespace xmpp::xep0385
