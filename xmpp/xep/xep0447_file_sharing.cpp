// See xep0447_file_sharing.h.

#include "xmpp/xep/xep0447_file_sharing.h"

#include <utility>

namespace xmpp::xep0447 {
namespace {

std::vector<const Tag*> elements(const Tag& message, const char* name) {
    std::vector<const Tag*> found;
    for (const Tag* each : message.children()) {
        if (each->name() == name && namespace_of(*each) == ns) found.push_back(each);
    }
    return found;
}

std::string url_in(const Tag& sources) {
    const Tag* source = child(sources, "url-data", ns_url_data);
    return source ? attribute(*source, "target") : "";
}

}  // namespace

std::vector<File> files_of(const Tag& message) {
    std::vector<File> files;
    for (const Tag* sharing : elements(message, "file-sharing")) {
        const Tag* sources = sharing->findChild("sources");
        if (sources == nullptr) continue;
        File file{url_in(*sources), {}, attribute(*sharing, "disposition") == "inline"};
        if (file.url.empty()) return {};
        if (const Tag* metadata = child(*sharing, "file", xep0446::ns)) file.metadata = xep0446::read(*metadata);
        files.push_back(std::move(file));
    }
    return files;
}

std::vector<Announced> announced_in(const Tag& message) {
    std::vector<Announced> all;
    for (const Tag* sharing : elements(message, "file-sharing")) {
        if (sharing->findChild("sources") == nullptr)
            all.push_back({attribute(*sharing, "id"), child(*sharing, "file", xep0446::ns)});
    }
    return all;
}

std::vector<Attached> attached_in(const Tag& message) {
    std::vector<Attached> all;
    for (const Tag* sources : elements(message, "sources")) {
        if (!url_in(*sources).empty()) all.push_back({attribute(*sources, "id"), sources});
    }
    return all;
}

void share(Tag& message, const Tag* file, const Tag& sources) {
    Tag& sharing = add(message, "file-sharing", ns);
    if (file != nullptr) sharing.addChild(file->clone());
    sharing.addChild(sources.clone());
}

void add_file(Tag& message, const File& file) {
    Tag& sharing = add(message, "file-sharing", ns);
    sharing.addAttribute("disposition", file.is_inline ? "inline" : "attachment");
    xep0446::add_file(sharing, file.metadata);
    add(add(sharing, "sources"), "url-data", ns_url_data).addAttribute("target", file.url);
}

}  // namespace xmpp::xep0447
