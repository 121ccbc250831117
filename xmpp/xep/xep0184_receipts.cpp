// Receipts on the wire [XEP-0184 §7]; see xep0184_receipts.h.

#include "xmpp/xep/xep0184_receipts.h"

namespace xmpp::xep0184 {

bool requests(const Tag& message) { return child(message, "request", ns) != nullptr; }

std::optional<std::string> received(const Tag& message) {
    const Tag* element = child(message, "received", ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    return attribute(*element, "id");
}

void add_request(Tag& message) { add(message, "request", ns); }

void add_received(Tag& message, const std::string& id) { add(message, "received", ns).addAttribute("id", id); }

}  // namespace xmpp::xep0184
