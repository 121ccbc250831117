// See xep0447_file_sharing.h.

#include "xmpp/xep/xep0447_file_sharing.h"

namespace xmpp::xep0447 {

std::optional<File> file_of(const Tag& message) {
    const Tag* sharing = nullptr;
    for (const Tag* element : message.children()) {
        if (element->name() != "file-sharing" || namespace_of(*element) != ns) continue;
        if (sharing != nullptr) return std::nullopt;
        sharing = element;
    }
    const Tag* sources = sharing ? sharing->findChild("sources") : nullptr;
    const Tag* source = sources ? child(*sources, "url-data", ns_url_data) : nullptr;
    if (source == nullptr || attribute(*source, "target").empty()) return std::nullopt;
    File file{attribute(*source, "target"), {}, attribute(*sharing, "disposition") == "inline"};
    if (const Tag* metadata = child(*sharing, "file", xep0446::ns)) file.metadata = xep0446::read(*metadata);
    return file;
}

void add_file(Tag& message, const File& file) {
    Tag& sharing = add(message, "file-sharing", ns);
    sharing.addAttribute("disposition", file.is_inline ? "inline" : "attachment");
    xep0446::add_file(sharing, file.metadata);
    add(add(sharing, "sources"), "url-data", ns_url_data).addAttribute("target", file.url);
}

}  // namespace xmpp::xep0447
