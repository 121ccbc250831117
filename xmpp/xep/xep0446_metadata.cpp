// See xep0446_metadata.h.

#include "xmpp/xep/xep0446_metadata.h"

#include <charconv>
#include <cstdint>

namespace xmpp::xep0446 {
namespace {

std::string text_of(const Tag& file, const char* name) {
    const Tag* element = file.findChild(name);
    return element ? element->cdata() : "";
}

/// 0 for what is no number.
std::uint32_t number_of(const Tag& file, const char* name) {
    const std::string said = text_of(file, name);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), value);
    return error == std::errc() && end == said.data() + said.size() ? value : 0;
}

}  // namespace

Metadata read(const Tag& file) {
    return {text_of(file, "name"),
            text_of(file, "media-type"),
            number_of(file, "size"),
            text_of(file, "desc"),
            std::chrono::milliseconds(number_of(file, "length")),
            xep0300::hash_in(file),
            number_of(file, "width"),
            number_of(file, "height")};
}

void add_file(Tag& to, const Metadata& metadata) {
    Tag& file = add(to, "file", ns);
    add(file, "media-type", {}, metadata.type);
    if (!metadata.name.empty()) add(file, "name", {}, metadata.name);
    add(file, "size", {}, std::to_string(metadata.size));
    if (metadata.width > 0 && metadata.height > 0) {
        add(file, "width", {}, std::to_string(metadata.width));
        add(file, "height", {}, std::to_string(metadata.height));
    }
    if (metadata.hash) xep0300::add_hash(file, *metadata.hash);
    if (metadata.length.count() > 0) add(file, "length", {}, std::to_string(metadata.length.count()));
}

}  // namespace xmpp::xep0446
