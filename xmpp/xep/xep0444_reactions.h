// Message Reactions: emojis on an earlier message; the last set of an author counts. [XEP-0444 §3]

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace xmpp::xep0444 {

inline constexpr const char* ns = "urn:xmpp:reactions:0";

struct Reactions {
    std::string id;                   // of the message
    std::vector<std::string> emojis;  // as they stand in the stanza; none takes all back
    bool operator==(const Reactions&) const = default;
};

inline std::optional<Reactions> reactions(const Tag& message) {
    const Tag* element = child(message, "reactions", ns);
    if (!element || attribute(*element, "id").empty()) return std::nullopt;
    Reactions found{attribute(*element, "id"), {}};
    for (const Tag* one : element->children()) {
        if (one->name() == "reaction") found.emojis.push_back(one->cdata());
    }
    return found;
}

inline void add_reactions(Tag& message, const Reactions& reactions) {
    Tag& element = add(message, "reactions", ns);
    element.addAttribute("id", reactions.id);
    for (const auto& emoji : reactions.emojis) add(element, "reaction", {}, emoji);
}

/// What an entity says of how many reactions it takes to one message [§2.2]. Left out: which emojis.
inline xep0004::Form restrictions(int most_per_user) {
    return {.type = "result",
            .form_type = "urn:xmpp:reactions:0:restrictions",
            .fields = {{"max_reactions_per_user", "text-single", "", std::to_string(most_per_user)}}};
}

}  // namespace xmpp::xep0444
