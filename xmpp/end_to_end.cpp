// See end_to_end.h.

#include "xmpp/end_to_end.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0308_correction.h"
#include "xmpp/xep/xep0333_markers.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0424_retraction.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0461_reply.h"

namespace xmpp::end_to_end {
namespace {

/// How a program handles the text.
constexpr std::array<std::string_view, 5> handling{xep0172::ns, xep0184::ns, xep0203::ns, xep0333::ns, xep0461::ns};
/// What is also told to the user's clients: the message that this one changes or takes back.
constexpr std::array<std::string_view, 4> changing{xep0308::ns, xep0334::ns, xep0424::ns, xep0428::ns};

bool stands_in(const auto& namespaces, std::string_view ns) {
    return std::ranges::find(namespaces, ns) != namespaces.end();
}

bool may_go_along(const Tag& child) {
    const std::string ns = namespace_of(child);
    if (!stands_in(handling, ns) && !stands_in(changing, ns)) return child.name() == "thread";
    // Without what it is for, a fallback is the message.
    const std::string& of = attribute(child, "for");
    return ns != xep0428::ns || stands_in(handling, of) || stands_in(changing, of);
}

}  // namespace

Stanza opened(const Tag& message, const std::string& text, bool with_correction) {
    auto copy = std::make_unique<Tag>("message");
    for (const auto* attribute : message.attributes()) copy->addAttribute(attribute->name(), attribute->value());
    for (const auto* child : message.children()) {
        const std::string ns = namespace_of(*child);
        if (stands_in(handling, ns) || child->name() == "thread" || (with_correction && ns == xep0308::ns))
            copy->addChild(child->clone());
    }
    add(*copy, "body", {}, text);
    return copy;
}

void add_beside(const Tag& original, Tag& encrypted) {
    for (const auto* child : original.children()) {
        if (may_go_along(*child)) encrypted.addChild(child->clone());
    }
}

}  // namespace xmpp::end_to_end
