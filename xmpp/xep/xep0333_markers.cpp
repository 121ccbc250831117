// Displayed markers on the wire [XEP-0333 §4]; see xep0333_markers.h.

#include "xmpp/xep/xep0333_markers.h"

namespace xmpp::xep0333 {
namespace {

std::optional<std::string> marked(const Tag& message, const char* name) {
    const Tag* element = child(message, name, ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    return attribute(*element, "id");
}

}  // namespace

bool markable(const Tag& message) { return child(message, "markable", ns) != nullptr; }

std::optional<std::string> displayed(const Tag& message) {
    if (auto id = marked(message, "displayed")) return id;
    return marked(message, "acknowledged");
}

std::optional<std::string> received(const Tag& message) { return marked(message, "received"); }

void add_markable(Tag& message) { add(message, "markable", ns); }

void add_displayed(Tag& message, const std::string& id) { add(message, "displayed", ns).addAttribute("id", id); }

}  // namespace xmpp::xep0333
