// Stateless File Sharing: files with their names, types and sizes, and where they lie.
//
// [XEP-0447 §3], [XEP-0447 §4.2] several files, [XEP-0447 §3.3] sources that come later, [XEP-0446 §2] metadata. Left
// out: thumbnails, several sources of a file, sources other than URLs; sources that come later are not written.

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

/// The files that the message shares; none if one of them has sources, but lies at no URL.
std::vector<File> files_of(const Tag& message);

/// A file whose sources come with another message.
struct Announced {
    std::string id;             // among the files of its message, "" for none
    const Tag* file = nullptr;  // its metadata, of the message; nullptr: it has none
};
std::vector<Announced> announced_in(const Tag& message);

/// The sources that the message attaches to an announced file, with a URL among them.
struct Attached {
    std::string id;  // of the file, "" for none
    const Tag* sources = nullptr;
};
std::vector<Attached> attached_in(const Tag& message);
/// Makes the message share a file. `file`: its metadata, or nullptr.
void share(Tag& message, const Tag* file, const Tag& sources);
void add_file(Tag& message, const File&);

}  // namespace xmpp::xep0447
