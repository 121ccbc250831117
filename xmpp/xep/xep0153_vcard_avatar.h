// vCard-based avatars: the hash of the vCard's picture in presence. [XEP-0153 §3.1, §4.1]. Left out: the rules for
// several clients of one user, which servers take care of today [XEP-0398].

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0153 {

inline constexpr const char* ns = "vcard-temp:x:update";

/// `hash`: SHA-1 of the picture in hex; "": there is none.
inline void add_update(Tag& presence, const std::string& hash) { add(add(presence, "x", ns), "photo", {}, hash); }

/// The hash; "" if there is no picture; nullopt if the presence does not say.
inline std::optional<std::string> hash_of(const Tag& presence) {
    const Tag* update = child(presence, "x", ns);
    const Tag* photo = update ? update->findChild("photo") : nullptr;
    return photo ? std::optional(photo->cdata()) : std::nullopt;
}

}  // namespace xmpp::xep0153
