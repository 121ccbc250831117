// Answers of type iq [RFC 6120 §8.2.3]; see iq.h.

#include "xmpp/xep/iq.h"

namespace xmpp {

const Tag* payload(const Tag& iq) { return iq.children().size() == 1 ? iq.children().front() : nullptr; }

Stanza result_of(const Tag& iq) {
    auto result = std::make_unique<Tag>("iq");
    result->addAttribute("type", "result");
    result->addAttribute("id", attribute(iq, "id"));
    result->addAttribute("from", attribute(iq, "to"));
    result->addAttribute("to", attribute(iq, "from"));
    return result;
}

Stanza head_of(const Tag& stanza) {
    auto head = std::make_unique<Tag>(stanza.name());
    for (const char* name : {"type", "id", "from", "to", "xml:lang"}) head->addAttribute(name, attribute(stanza, name));
    return head;
}

std::string language_of(const Tag& stanza) {
    if (const auto& lang = attribute(stanza, "xml:lang"); !lang.empty()) return lang;
    for (const Tag* element : stanza.children()) {
        if (const auto& lang = attribute(*element, "xml:lang"); !lang.empty()) return lang;
    }
    return {};
}

}  // namespace xmpp
