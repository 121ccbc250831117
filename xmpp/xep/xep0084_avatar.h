// User avatar: a picture in one node of personal eventing, and what it is in another.
//
// [XEP-0084 §3, §4]. Left out: pictures at a URL, several forms of one picture (the first without a URL counts),
// pointers.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp::xep0084 {

inline constexpr const char* ns_data = "urn:xmpp:avatar:data";  // also the name of its node
inline constexpr const char* ns_metadata = "urn:xmpp:avatar:metadata";

/// What a picture is.
struct Info {
    std::string id;    // SHA-1 of the picture in hex [§3.1]; "": there is none
    std::string type;  // "image/png"
    std::size_t bytes = 0;
    unsigned width = 0, height = 0;  // pixels; 0: not known
    bool operator==(const Info&) const = default;
};

/// The id of a picture: its SHA-1 in hex.
std::string id_of(std::string_view picture);
/// Metadata in an item; an empty element if there is no picture [§4.2.1].
void add_metadata(Tag& item, const Info&);
/// nullopt if the element is none, or its picture is only at a URL.
std::optional<Info> info_of(const Tag& metadata);
void add_data(Tag& item, std::string_view picture);
/// The picture's bytes; "" if the element has none, or more than `most`.
std::string data_of(const Tag& data, std::size_t most);

/// The notification that this is the picture of `from` (bare JID) [§3.3].
Stanza event(const std::string& from, const std::string& to, const Info&);
/// What a notification of somebody's server says; nullopt if it is none of a picture.
std::optional<Info> news_of(const Tag& message);

}  // namespace xmpp::xep0084
