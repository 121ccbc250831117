// Bits of Binary [XEP-0231]; see xep0231_bob.h. The hash is gloox's.

#include "xmpp/xep/xep0231_bob.h"

#include <gloox/sha.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "xmpp/base64.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0071_xhtml.h"

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

std::vector<std::string> shown_in(const Tag& message) {
    constexpr std::string_view scheme = "cid:";
    const Tag* html = child(message, "html", xep0071::ns);
    std::vector<std::string> cids;
    std::vector<const Tag*> open;
    if (html != nullptr) open.push_back(html);
    while (!open.empty()) {
        const Tag* element = open.back();
        open.pop_back();
        const auto& children = element->children();
        open.insert(open.end(), children.rbegin(), children.rend());
        const std::string& source = attribute(*element, "src");
        if (element->name() != "img" || !source.starts_with(scheme) || source.size() == scheme.size()) continue;
        std::string cid = source.substr(scheme.size());
        if (std::ranges::find(cids, cid) == cids.end()) cids.push_back(std::move(cid));
    }
    return cids;
}

std::optional<Data> data_in(const Tag& stanza, const std::string& cid, std::size_t most) {
    for (const Tag* element : stanza.children()) {
        if (element->name() != "data" || namespace_of(*element) != ns || attribute(*element, "cid") != cid) continue;
        Data data{attribute(*element, "type"), base64::decode(element->cdata(), most)};
        if (!data.bytes.empty()) return data;
    }
    return std::nullopt;
}

Stanza question(const std::string& cid) {
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", "get");
    add(*iq, "data", ns).addAttribute("cid", cid);
    return iq;
}

}  // namespace xmpp::xep0231
