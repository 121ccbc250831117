// See xep0385_media_sharing.h.

#include "xmpp/xep/xep0385_media_sharing.h"

#include <utility>

namespace xmpp::xep0385 {
namespace {

const Tag* sharing_in(const Tag& element) {
    if (element.name() != "reference" || namespace_of(element) != ns_reference) return nullptr;
    const Tag* sharing = child(element, "media-sharing", ns);
    return sharing ? sharing : child(element, "media-sharing", newer_ns);
}

std::string url_of(const Tag& sources) {
    for (const Tag* source : sources.findChildren("reference")) {
        const std::string& uri = attribute(*source, "uri");
        if (uri.starts_with("https://") || uri.starts_with("http://")) return uri;
    }
    return {};
}

}  // namespace

std::vector<Media> media_of(const Tag& message) {
    std::vector<Media> all;
    for (const Tag* element : message.children()) {
        const Tag* sharing = sharing_in(*element);
        if (sharing == nullptr) continue;
        const Tag* sources = sharing->findChild("sources");
        std::string url = sources ? url_of(*sources) : "";
        if (url.empty()) return {};
        const Tag* file = sharing->findChild("file");  // of the namespace of XEP-0234, in one of its versions
        all.push_back({std::move(url), file ? xep0446::read(*file) : xep0446::Metadata{}});
    }
    return all;
}

}  // namespace xmpp::xep0385
