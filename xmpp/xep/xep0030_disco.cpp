// Service discovery [XEP-0030 §3, §4]; see xep0030_disco.h.

#include "xmpp/xep/xep0030_disco.h"

#include <algorithm>

namespace xmpp::xep0030 {
namespace {

Tag& add_query(Tag& result, const char* ns, const std::string& node) {
    Tag& query = add(result, "query", ns);
    query.addAttribute("node", node);
    return query;
}

}  // namespace

void add_info(Tag& result, const Info& info, const std::string& node) {
    Tag& query = add_query(result, ns_info, node);
    for (const auto& identity : info.identities) {
        Tag& element = add(query, "identity");
        element.addAttribute("category", identity.category);
        element.addAttribute("type", identity.type);
        element.addAttribute("name", clean(identity.name));
    }
    for (const auto& feature : info.features) add(query, "feature").addAttribute("var", feature);
}

Info info_of(const Tag& result) {
    Info info;
    const Tag* query = child(result, "query", ns_info);
    if (!query) return info;
    for (const Tag* each : query->children()) {
        if (each->name() == "identity")
            info.identities.push_back(
                {attribute(*each, "category"), attribute(*each, "type"), attribute(*each, "name")});
        if (each->name() == "feature") info.features.push_back(attribute(*each, "var"));
    }
    return info;
}

std::vector<std::string> jids_of_items(const Tag& result, std::size_t most) {
    std::vector<std::string> jids;
    const Tag* query = child(result, "query", ns_items);
    if (!query) return jids;
    for (const Tag* each : query->findChildren("item")) {
        if (jids.size() < most && !attribute(*each, "jid").empty()) jids.push_back(attribute(*each, "jid"));
    }
    return jids;
}

bool has_identity(const Tag& result, const Identity& wanted) {
    return std::ranges::any_of(info_of(result).identities, [&](const Identity& each) { return each == wanted; });
}

void add_items(Tag& result, const std::vector<Item>& items, const std::string& node) {
    Tag& query = add_query(result, ns_items, node);
    for (const auto& item : items) {
        Tag& element = add(query, "item");
        element.addAttribute("jid", item.jid);
        element.addAttribute("node", item.node);
        element.addAttribute("name", clean(item.name));
    }
}

}  // namespace xmpp::xep0030
