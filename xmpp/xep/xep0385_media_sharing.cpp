// See xep0385_media_sharing.h.

#include "xmpp/xep/xep0385_media_sharing.h"

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

std::optional<Media> media_of(const Tag& message) {
    const Tag* sharing = nullptr;
    for (const Tag* element : message.children()) {
        const Tag* found = sharing_in(*element);
        if (found != nullptr && sharing != nullptr) return std::nullopt;
        if (found != nullptr) sharing = found;
    }
    const Tag* sources = sharing ? sharing->findChild("sources") : nullptr;
    const std::string url = sources ? url_of(*sources) : "";
    if (url.empty()) return std::nullopt;
    const Tag* file = sharing->findChild("file");  // of the namespace of XEP-0234, in one of its versions
    return Media{url, file ? xep0446::read(*file) : xep0446::Metadata{}};
}

}  // namespace xmpp::xep0385
