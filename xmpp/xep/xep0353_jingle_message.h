// Jingle Message Initiation: a client calls all clients of a contact, which ring. [XEP-0353 §3]
//
// Only what a side needs that takes no calls: the proposal is read, and a rejection is written.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0353 {

inline constexpr const char* ns = "urn:xmpp:jingle-message:0";

struct Proposal {
    std::string id;                             // of the session
    bool has_audio = false, has_video = false;  // neither: no call, but a file or the like
    bool operator==(const Proposal&) const = default;
};

/// [XEP-0353 §3.1] nullopt: none, or one without an id.
inline std::optional<Proposal> proposal(const Tag& message) {
    const Tag* element = child(message, "propose", ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    Proposal found{attribute(*element, "id")};
    for (const Tag* each : element->children()) {
        if (each->name() != "description" || namespace_of(*each) != "urn:xmpp:jingle:apps:rtp:1") continue;
        const bool is_video = attribute(*each, "media") == "video";
        (is_video ? found.has_video : found.has_audio) = true;
    }
    return found;
}

/// [XEP-0353 §3.5] `reason`: a condition of [XEP-0166 §7.4]; `words`: for a person, "" for none.
inline void add_reject(Tag& message, const std::string& id, const char* reason, const std::string& words = {}) {
    Tag& element = add(message, "reject", ns);
    element.addAttribute("id", id);
    Tag& why = add(element, "reason", "urn:xmpp:jingle:1");
    add(why, reason);
    if (!words.empty()) add(why, "text", {}, words);
}

}  // namespace xmpp::xep0353
