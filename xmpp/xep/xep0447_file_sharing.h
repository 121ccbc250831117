// Stateless File Sharing: a file with its name, type and size, and where it lies.
//
// [XEP-0447 §3], [XEP-0446 §2] metadata. Left out: thumbnails, hashes, several sources, sources other than URLs.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0446_metadata.h"

namespace xmpp::xep0447 {

inline constexpr const char* ns = "urn:xmpp:sfs:0";
inline constexpr const char* ns_url_data = "http://jabber.org/protocol/url-data";

struct File {
    std::string url;
    xep0446::Metadata metadata{};
    bool is_inline = false;  // to be shown with the message, not offered as a file
};

/// The one file that the message shares; nullopt if there is none, if there are several, or if it lies at no URL.
std::optional<File> file_of(const Tag& message);
void add_file(Tag& message, const File&);

}  // namespace xmpp::xep0447
