// Stateless File Sharing: a file with its name, type and size, and where it lies.
//
// [XEP-0447 §3], [XEP-0446 §2] metadata. Left out: thumbnails, hashes, several sources, sources other than URLs.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0447 {

inline constexpr const char* ns = "urn:xmpp:sfs:0";
inline constexpr const char* ns_metadata = "urn:xmpp:file:metadata:0";
inline constexpr const char* ns_url_data = "http://jabber.org/protocol/url-data";

struct File {
    std::string name, type;  // "" for no name; "image/jpeg"
    std::size_t size = 0;    // bytes
    std::string url;
    bool is_inline = false;              // to be shown with the message, not offered as a file
    std::string description{};           // "" for none
    std::chrono::milliseconds length{};  // of audio and video, 0: not known
};

/// The one file that the message shares; nullopt if there is none, if there are several, or if it lies at no URL.
std::optional<File> file_of(const Tag& message);
void add_file(Tag& message, const File&);

}  // namespace xmpp::xep0447
