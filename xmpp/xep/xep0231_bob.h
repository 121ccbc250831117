// Bits of Binary: small data that a stanza refers to by its hash, and that is requested by it.
//
// [XEP-0231 §2, §3]. For at most 8 KiB. Left out: data inside messages and presence, other hashes than SHA-1 (which
// only identifies the data here), fetching.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp::xep0231 {

inline constexpr const char* ns = "urn:xmpp:bob";

struct Data {
    std::string type;                 // "image/png"
    std::string bytes;                // raw, not base64
    std::chrono::seconds max_age{0};  // how long it may be cached; 0: not at all
};

/// "sha1+8f35fef110ffc5df08d579a50083ff9308fb6242@bob.xmpp.org"; in a URI with "cid:" in front.
std::string cid(std::string_view bytes);
/// The cid that an iq of type get requests; nullopt if there is none.
std::optional<std::string> requested(const Tag& iq);
void add_data(Tag& result, const Data&);

}  // namespace xmpp::xep0231
