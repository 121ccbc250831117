// See stanza.h.

#include "xmpp/otr/stanza.h"

#include <memory>

#include "xmpp/end_to_end.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"

namespace xmpp::otr::stanza {
xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text) {
    auto copy = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : message.attributes()) copy->addAttribute(attribute->name(), attribute->value());
    for (const auto* child : message.children()) {
        const std::string ns = xmpp::namespace_of(*child);
        if (child->name() != "body" && child->name() != "html" && ns != xmpp::xep0380::ns && ns != xmpp::xep0334::ns)
            copy->addChild(child->clone());
    }
    xmpp::add(*copy, "body", {}, text);
    return copy;
}

void add_hints(xmpp::Tag& message) {
    xmpp::xep0380::add_encryption(message, xmpp::xep0380::otr);
    xmpp::xep0334::add_no_permanent_store(message);
    xmpp::xep0334::add_no_copy(message);
    xmpp::xep0280::add_private(message);
}

xmpp::Stanza message(const std::string& from, const std::string& to, const std::string& body) {
    auto message = std::make_unique<xmpp::Tag>("message");
    message->addAttribute("type", "chat");
    message->addAttribute("from", from);
    message->addAttribute("to", to);
    xmpp::add(*message, "body", {}, body);
    add_hints(*message);
    return message;
}

std::vector<xmpp::Stanza> pieces(const xmpp::Tag& original, const std::string& to,
                                 const std::vector<std::string>& bodies) {
    std::vector<xmpp::Stanza> stanzas;
    const std::string& id = xmpp::attribute(original, "id");
    for (const auto& body : bodies) {
        stanzas.push_back(message(xmpp::attribute(original, "from"), to, body));
        if (stanzas.size() < bodies.size())
            stanzas.back()->addAttribute("id", id + "/" + std::to_string(stanzas.size()));
    }
    if (stanzas.empty()) return stanzas;
    xmpp::Tag& last = *stanzas.back();  // with the last fragment the client has the whole message
    last.addAttribute("id", id);
    end_to_end::add_beside(original, last);
    return stanzas;
}

}  // namespace xmpp::otr::stanza
