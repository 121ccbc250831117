// See xep0447_file_sharing.h.

#include "xmpp/xep/xep0447_file_sharing.h"

#include <utility>

#include "xmpp/xep/xep0446_metadata.h"

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
    File file;
    file.url = attribute(*source, "target");
    file.is_inline = attribute(*sharing, "disposition") == "inline";
    if (const Tag* metadata = child(*sharing, "file", ns_metadata)) {
        xep0446::Metadata read = xep0446::read(*metadata);
        file.name = std::move(read.name);
        file.type = std::move(read.type);
        file.size = read.size;
        file.description = std::move(read.description);
        file.length = read.length;
    }
    return file;
}

void add_file(Tag& message, const File& file) {
    Tag& sharing = add(message, "file-sharing", ns);
    sharing.addAttribute("disposition", file.is_inline ? "inline" : "attachment");
    Tag& metadata = add(sharing, "file", ns_metadata);
    add(metadata, "media-type", {}, file.type);
    if (!file.name.empty()) add(metadata, "name", {}, file.name);
    add(metadata, "size", {}, std::to_string(file.size));
    if (file.length.count() > 0) add(metadata, "length", {}, std::to_string(file.length.count()));
    add(add(sharing, "sources"), "url-data", ns_url_data).addAttribute("target", file.url);
}

}  // namespace xmpp::xep0447
