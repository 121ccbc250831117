// Media in data forms [XEP-0221]; see xep0221_media.h.

#include "xmpp/xep/xep0221_media.h"

namespace xmpp::xep0221 {

void add_media(Tag& field, const Media& media) {
    Tag& element = add(field, "media", ns);
    if (media.height != 0) element.addAttribute("height", std::to_string(media.height));
    if (media.width != 0) element.addAttribute("width", std::to_string(media.width));
    add(element, "uri", {}, media.uri).addAttribute("type", media.type);
}

}  // namespace xmpp::xep0221
