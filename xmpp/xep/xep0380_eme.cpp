// The encryption of a message; see xep0380_eme.h.

#include "xmpp/xep/xep0380_eme.h"

#include <array>
#include <utility>

namespace xmpp::xep0380 {
namespace {

/// [XEP-0384] [XEP-0373 §3] [XEP-0027]
constexpr std::array<std::pair<const char*, const char*>, 5> payloads{{{"encrypted", omemo},
                                                                       {"encrypted", omemo_1},
                                                                       {"encrypted", omemo_2},
                                                                       {"openpgp", openpgp},
                                                                       {"x", legacy_openpgp}}};

}  // namespace

std::optional<std::string> encryption(const Tag& message) {
    const Tag* element = child(message, "encryption", ns);
    if (!element) return std::nullopt;
    return attribute(*element, "namespace");
}

void add_encryption(Tag& message, const std::string& encryption) {
    add(message, "encryption", ns).addAttribute("namespace", encryption);
}

std::optional<std::string> payload(const Tag& message) {
    for (const auto& [name, encryption] : payloads) {
        if (child(message, name, encryption)) return encryption;
    }
    return std::nullopt;
}

}  // namespace xmpp::xep0380
