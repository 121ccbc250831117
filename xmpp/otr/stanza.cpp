// See stanza.h.

#include "xmpp/otr/stanza.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0333_markers.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0461_reply.h"

namespace xmpp::otr::stanza {
namespace {

/// What may stand beside an encrypted text, which does not protect it: it tells a program how to handle the text, and
/// adds no words, files or places to it. All else is left out, so that a feature to come is no leak.
constexpr std::array<std::string_view, 5> handling{xep0172::ns, xep0184::ns, xep0203::ns, xep0333::ns, xep0461::ns};
/// What is also told to the user's clients: the message that this one changes or takes back.
constexpr std::array<std::string_view, 4> changing{xep0308::ns, xep0334::ns, xep0424::ns, xep0428::ns};

bool stands_in(const auto& namespaces, std::string_view ns) {
    return std::ranges::find(namespaces, ns) != namespaces.end();
}

bool may_go_along(const xmpp::Tag& child) {
    const std::string ns = xmpp::namespace_of(child);
    if (!stands_in(handling, ns) && !stands_in(changing, ns)) return child.name() == "thread";
    // Without what it is for, a fallback is the message.
    const std::string& of = xmpp::attribute(child, "for");
    return ns != xep0428::ns || stands_in(handling, of) || stands_in(changing, of);
}

}  // namespace

xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text, bool was_encrypted) {
    auto copy = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : message.attributes()) copy->addAttribute(attribute->name(), attribute->value());
    for (const auto* child : message.children()) {
        const std::string ns = xmpp::namespace_of(*child);
        if (was_encrypted && !stands_in(handling, ns) && child->name() != "thread") continue;
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
    for (const auto* child : original.children()) {
        if (may_go_along(*child)) last.addChild(child->clone());
    }
    return stanzas;
}

}  // namespace xmpp::otr::stanza
