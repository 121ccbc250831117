// vCard4: name, address and picture of a contact in the newer form.
//
// [XEP-0292 §4.1.1] as an item of a node; fn, nickname, photo, url, email, note. Left out: all other fields, vCards of
// the user, the notification (§4.2), which says nothing that other events do not.

#pragma once

#include "xmpp/base64.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0054_vcard.h"

namespace xmpp::xep0292 {

inline constexpr const char* ns = "urn:ietf:params:xml:ns:vcard-4.0";
inline constexpr const char* node = "urn:xmpp:vcard4";

/// The same as the vcard-temp, in an item.
inline void add_vcard(Tag& item, const xep0054::VCard& card) {
    Tag& element = add(item, "vcard", ns);
    const auto put = [&](const char* name, const char* kind, const std::string& value) {
        if (!value.empty()) add(add(element, name), kind, {}, clean(value));
    };
    put("fn", "text", card.full_name);
    put("nickname", "text", card.nickname);
    if (!card.photo.empty()) put("photo", "uri", "data:" + card.photo_type + ";base64," + base64::encode(card.photo));
    put("url", "uri", card.url);
    put("note", "text", card.description);
    put("email", "text", card.email);
}

}  // namespace xmpp::xep0292
