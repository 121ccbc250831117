// Fallback Indication on the wire; see xep0428_fallback.h.

#include "xmpp/xep/xep0428_fallback.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace xmpp::xep0428 {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

std::optional<std::size_t> number(const std::string& text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// The byte position of the character with this number; nullopt beyond the end.
std::optional<std::size_t> byte_of(std::string_view text, std::size_t character) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        if (begins_character(text[at]) && character-- == 0) return at;
    }
    return character == 0 ? std::optional(at) : std::nullopt;
}

}  // namespace

std::optional<Range> fallback(const Tag& message, std::string_view feature, std::string_view body) {
    for (const Tag* element : message.children()) {
        if (element->name() != "fallback" || namespace_of(*element) != ns) continue;
        if (attribute(*element, "for") != feature) continue;
        const Tag* part = element->findChild("body");
        if (!part) return element->children().empty() ? std::optional(Range{0, body.size()}) : std::nullopt;
        if (!part->hasAttribute("start") && !part->hasAttribute("end")) return Range{0, body.size()};
        const auto first = number(attribute(*part, "start")), last = number(attribute(*part, "end"));
        const auto begin = first ? byte_of(body, *first) : std::nullopt;
        const auto end = last ? byte_of(body, *last) : std::nullopt;
        if (!begin || !end || *begin > *end) return std::nullopt;
        return Range{*begin, *end};
    }
    return std::nullopt;
}

void add_fallback(Tag& message, std::string_view feature, std::string_view body, Range range) {
    const auto character = [body](std::size_t byte) {
        return std::to_string(std::ranges::count_if(body.substr(0, byte), begins_character));
    };
    Tag& element = add(message, "fallback", ns);
    element.addAttribute("for", std::string(feature));
    Tag& part = add(element, "body");
    part.addAttribute("start", character(range.begin));
    part.addAttribute("end", character(range.end));
}

}  // namespace xmpp::xep0428
