// vcard-temp [XEP-0054]; see xep0054_vcard.h.

#include "xmpp/xep/xep0054_vcard.h"

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
}

}  // namespace xmpp::xep0054
