// Bits of Binary: small data that a stanza refers to by its hash, and that is requested by it.
//
// [XEP-0231 §2, §3]. Written for at most 8 KiB. Left out: data inside presence, writing it inside messages, other
// hashes than SHA-1 (which only identifies the data here), caching: what is read comes from the sender of its message.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// The cids of the pictures in the message's markup [XEP-0231 §2.2], each once.
std::vector<std::string> shown_in(const Tag& message);
/// The data of this cid in a message or an answer; nullopt if there is none, or of more than `most` bytes.
std::optional<Data> data_in(const Tag& stanza, const std::string& cid, std::size_t most);
/// The question for the data: an iq without addresses and id.
Stanza question(const std::string& cid);

}  // namespace xmpp::xep0231
