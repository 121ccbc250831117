// Stateless Inline Media Sharing: a file to which a part of the text refers. XEP-0447 has taken its place.
//
// [XEP-0385 §4.1]. Left out: writing it, hashes, thumbnails, sources other than URLs.

#pragma once

#include <optional>
#include <string>

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

/// The one file that the message shares; nullopt if there is none, if there are several, or if it lies at no URL.
std::optional<Media> media_of(const Tag& message);

}  // namespace xmpp::xep0385
