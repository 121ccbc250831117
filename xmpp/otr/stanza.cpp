// See stanza.h.

#include "xmpp/otr/stanza.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "xmpp/xep/xep0066_oob.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0380_eme.h"
#include "xmpp/xep/xep0385_media_sharing.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0444_reactions.h"
#include "xmpp/xep/xep0447_file_sharing.h"
#include "xmpp/xep/xep0449_stickers.h"

namespace xmpp::otr::stanza {
namespace {

/// Whether elements of this namespace say themselves what somebody said: emojis, links, files.
bool is_said(std::string_view ns) {
    constexpr std::array<std::string_view, 3> all{xmpp::xep0066::ns, xmpp::xep0444::ns, xmpp::xep0447::ns};
    return std::ranges::find(all, ns) != all.end();
}

/// What would change an encrypted text, add to it, or what it is for; it is not protected itself.
constexpr std::array<std::string_view, 8> changes{xep0428::ns, xep0308::ns, xep0424::ns,           xep0424::older_ns,
                                                  xep0066::ns, xep0447::ns, xep0385::ns_reference, xep0449::ns};

}  // namespace

xmpp::Stanza with_body(const xmpp::Tag& message, const std::string& text, bool was_encrypted) {
    auto copy = std::make_unique<xmpp::Tag>("message");
    for (const auto* attribute : message.attributes()) copy->addAttribute(attribute->name(), attribute->value());
    for (const auto* child : message.children()) {
        const std::string ns = xmpp::namespace_of(*child);
        if (was_encrypted && std::ranges::find(changes, ns) != changes.end()) continue;
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
        const std::string ns = xmpp::namespace_of(*child);
        const bool is_text = child->name() == "body" || child->name() == "subject";
        // Without what it is for, a fallback is the message.
        const bool is_of_words = ns == xmpp::xep0428::ns && is_said(xmpp::attribute(*child, "for"));
        if (!is_text && !is_said(ns) && !is_of_words) last.addChild(child->clone());
    }
    return stanzas;
}

}  // namespace xmpp::otr::stanza
