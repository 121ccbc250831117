// See xep0447_file_sharing.h.

#include "xmpp/xep/xep0447_file_sharing.h"

#include <utility>

namespace xmpp::xep0447 {

std::vector<File> files_of(const Tag& message) {
    std::vector<File> files;
    for (const Tag* sharing : message.children()) {
        if (sharing->name() != "file-sharing" || namespace_of(*sharing) != ns) continue;
        const Tag* sources = sharing->findChild("sources");
        const Tag* source = sources ? child(*sources, "url-data", ns_url_data) : nullptr;
        if (source == nullptr || attribute(*source, "target").empty()) return {};
        File file{attribute(*source, "target"), {}, attribute(*sharing, "disposition") == "inline"};
        if (const Tag* metadata = child(*sharing, "file", xep0446::ns)) file.metadata = xep0446::read(*metadata);
        files.push_back(std::move(file));
    }
    return files;
}

void add_file(Tag& message, const File& file) {
    Tag& sharing = add(message, "file-sharing", ns);
    sharing.addAttribute("disposition", file.is_inline ? "inline" : "attachment");
    xep0446::add_file(sharing, file.metadata);
    add(add(sharing, "sources"), "url-data", ns_url_data).addAttribute("target", file.url);
}

}  // namespace xmpp::xep0447
