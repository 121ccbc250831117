// HTTP File Upload: asks a service for a place where a file may be put.
//
// [XEP-0363 §3, §4]. Left out: purposes, and listing what was put.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0363 {

inline constexpr const char* ns = "urn:xmpp:http:upload:0";

/// The largest file, in bytes, that the service of this disco#info answer takes; SIZE_MAX if it does not say, nullopt
/// if it is no such service [§3].
std::optional<std::size_t> largest(const Tag& info);

struct Request {
    std::string name;
    std::size_t size = 0;  // bytes
    std::string type;      // "image/jpeg"
};
void add_request(Tag& iq, const Request&);

struct Slot {
    std::string put, get;                                      // URLs
    std::vector<std::pair<std::string, std::string>> headers;  // of the PUT request
};
/// nullopt: an error, or something else. Only the header fields that a service may ask for are read [§4].
std::optional<Slot> slot_of(const Tag& iq);

}  // namespace xmpp::xep0363
