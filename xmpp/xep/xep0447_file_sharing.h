// Stateless File Sharing: a file with its name, type and size, and where it lies.
//
// [XEP-0447 §3], [XEP-0446 §3] metadata. Left out: thumbnails, hashes, several sources.

#pragma once

#include <cstddef>
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
    bool is_inline = false;  // to be shown with the message, not offered as a file
};

inline void add_file(Tag& message, const File& file) {
    Tag& sharing = add(message, "file-sharing", ns);
    sharing.addAttribute("disposition", file.is_inline ? "inline" : "attachment");
    Tag& metadata = add(sharing, "file", ns_metadata);
    add(metadata, "media-type", {}, file.type);
    if (!file.name.empty()) add(metadata, "name", {}, file.name);
    add(metadata, "size", {}, std::to_string(file.size));
    add(add(sharing, "sources"), "url-data", ns_url_data).addAttribute("target", file.url);
}

}  // namespace xmpp::xep0447
