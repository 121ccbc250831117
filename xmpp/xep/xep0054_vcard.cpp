// vcard-temp [XEP-0054]; see xep0054_vcard.h.

#include "xmpp/xep/xep0054_vcard.h"

#include "xmpp/base64.h"
#include "xmpp/xep/iq.h"

namespace xmpp::xep0054 {

bool is_request(const Tag& iq) {
    const Tag* asked = payload(iq);
    return attribute(iq, "type") == "get" && asked && asked->name() == "vCard" && namespace_of(*asked) == ns;
}

void add_vcard(Tag& result, const VCard& card) {
    Tag& element = add(result, "vCard", ns);
    const auto text = [](Tag& parent, const char* name, const std::string& value) {
        if (!value.empty()) add(parent, name, {}, clean(value));
    };
    text(element, "FN", card.full_name);
    text(element, "NICKNAME", card.nickname);
    text(element, "URL", card.url);
    if (!card.email.empty()) {
        Tag& email = add(element, "EMAIL");
        add(email, "INTERNET");
        text(email, "USERID", card.email);
    }
    text(element, "DESC", card.description);
    if (card.photo.empty()) return;
    Tag& photo = add(element, "PHOTO");
    text(photo, "TYPE", card.photo_type);
    add(photo, "BINVAL", {}, base64::encode(card.photo));
}

Stanza request(const std::string& from, const std::string& to, const std::string& id) {
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("from", from);
    iq->addAttribute("to", to);
    iq->addAttribute("id", id);
    add(*iq, "vCard", ns);
    return iq;
}

std::string photo_of(const Tag& result, std::size_t most) {
    const Tag* card = child(result, "vCard", ns);
    const Tag* photo = card ? card->findChild("PHOTO") : nullptr;
    const Tag* bytes = photo ? photo->findChild("BINVAL") : nullptr;
    return bytes ? base64::decode(bytes->cdata(), most) : std::string();
}

}  // namespace xmpp::xep0054
