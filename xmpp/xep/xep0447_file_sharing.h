// Stateless File Sharing: files with their names, types and sizes, and where they lie.
//
// [XEP-0447 §3], [XEP-0447 §4.2] several files, [XEP-0446 §2] metadata. Left out: thumbnails, hashes, several sources,
// sources other than URLs and ones that come later.

#pragma once

#include <string>
#include <vector>

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

/// The files that the message shares; none if one of them lies at no URL.
std::vector<File> files_of(const Tag& message);
void add_file(Tag& message, const File&);

}  // namespace xmpp::xep0447
