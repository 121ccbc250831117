// User avatar [XEP-0084]; see xep0084_avatar.h. Hash and base64 are gloox's.

#include "xmpp/xep/xep0084_avatar.h"

#include <gloox/sha.h>

#include <charconv>
#include <utility>

#include "xmpp/base64.h"
#include "xmpp/xep/xep0163_pep.h"

namespace xmpp::xep0084 {
namespace {

template <class Number>
Number number_of(const Tag& tag, const char* name) {
    const std::string& text = attribute(tag, name);
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

}  // namespace

std::string id_of(std::string_view picture) {
    gloox::SHA sha;
    sha.feed(reinterpret_cast<const unsigned char*>(picture.data()), static_cast<unsigned>(picture.size()));
    return sha.hex();
}

void add_metadata(Tag& item, const Info& info) {
    Tag& metadata = add(item, "metadata", ns_metadata);
    if (info.id.empty()) return;
    Tag& element = add(metadata, "info");
    element.addAttribute("bytes", std::to_string(info.bytes));
    element.addAttribute("id", info.id);
    if (info.height > 0) element.addAttribute("height", std::to_string(info.height));
    element.addAttribute("type", info.type);
    if (info.width > 0) element.addAttribute("width", std::to_string(info.width));
}

std::optional<Info> info_of(const Tag& metadata) {
    if (metadata.name() != "metadata" || namespace_of(metadata) != ns_metadata) return std::nullopt;
    const auto all = metadata.findChildren("info");
    if (all.empty()) return Info{};
    for (const Tag* each : all) {
        if (!attribute(*each, "url").empty() || attribute(*each, "id").empty()) continue;
        return Info{attribute(*each, "id"), attribute(*each, "type"), number_of<std::size_t>(*each, "bytes"),
                    number_of<unsigned>(*each, "width"), number_of<unsigned>(*each, "height")};
    }
    return std::nullopt;
}

void add_data(Tag& item, std::string_view picture) { add(item, "data", ns_data, base64::encode(picture)); }

std::string data_of(const Tag& data, std::size_t most) {
    if (data.name() != "data" || namespace_of(data) != ns_data) return {};
    return base64::decode(data.cdata(), most);
}

Stanza event(const std::string& from, const std::string& to, const Info& info) {
    auto [message, item] = xep0163::notification(from, to, ns_metadata);
    if (!info.id.empty()) item->addAttribute("id", info.id);
    add_metadata(*item, info);
    return std::move(message);
}

std::optional<Info> news_of(const Tag& message) {
    const Tag* item = xep0163::item_of(message, ns_metadata);
    const Tag* metadata = item ? item->findChild("metadata") : nullptr;
    return metadata ? info_of(*metadata) : std::nullopt;
}

}  // namespace xmpp::xep0084
