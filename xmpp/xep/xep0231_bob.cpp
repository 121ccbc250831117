// Bits of Binary [XEP-0231]; see xep0231_bob.h. The hash is gloox's.

#include "xmpp/xep/xep0231_bob.h"

#include <gloox/sha.h>

#include "xmpp/base64.h"
#include "xmpp/xep/iq.h"

namespace xmpp::xep0231 {

std::string cid(std::string_view bytes) {
    gloox::SHA sha;
    sha.feed(std::string(bytes));
    return "sha1+" + sha.hex() + "@bob.xmpp.org";
}

std::optional<std::string> requested(const Tag& iq) {
    const Tag* data = payload(iq);
    if (iq.name() != "iq" || attribute(iq, "type") != "get" || !data || data->name() != "data" ||
        namespace_of(*data) != ns || attribute(*data, "cid").empty())
        return std::nullopt;
    return attribute(*data, "cid");
}

void add_data(Tag& result, const Data& data) {
    Tag& element = add(result, "data", ns, base64::encode(data.bytes));
    element.addAttribute("cid", cid(data.bytes));
    element.addAttribute("max-age", std::to_string(data.max_age.count()));
    element.addAttribute("type", data.type);
}

}  // namespace xmpp::xep0231
