// Requests for items [XEP-0060 §6.5]; see xep0060_pubsub.h.

#include "xmpp/xep/xep0060_pubsub.h"

#include "xmpp/xep/iq.h"

namespace xmpp::xep0060 {

std::optional<Request> requested(const Tag& iq) {
    const Tag* pubsub = payload(iq);
    if (attribute(iq, "type") != "get" || !pubsub || pubsub->name() != "pubsub" || namespace_of(*pubsub) != ns)
        return std::nullopt;
    const Tag* items = pubsub->findChild("items");
    if (!items || attribute(*items, "node").empty()) return std::nullopt;
    const auto wanted = items->findChildren("item");
    if (wanted.size() > 1) return std::nullopt;
    return Request{attribute(*items, "node"), wanted.empty() ? "" : attribute(*wanted.front(), "id")};
}

Stanza request(const std::string& from, const std::string& to, const std::string& id, const Request& wanted) {
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("from", from);
    iq->addAttribute("to", to);
    iq->addAttribute("id", id);
    Tag& items = add(add(*iq, "pubsub", ns), "items");
    items.addAttribute("node", wanted.node);
    if (!wanted.item.empty()) add(items, "item").addAttribute("id", wanted.item);
    return iq;
}

Tag& add_items(Tag& result, const std::string& node) {
    Tag& items = add(add(result, "pubsub", ns), "items");
    items.addAttribute("node", node);
    return items;
}

Tag& add_item(Tag& items, const std::string& id) {
    Tag& item = add(items, "item");
    item.addAttribute("id", id);
    return item;
}

std::vector<Item> items_of(const Tag& result, const std::string& node) {
    std::vector<Item> all;
    const Tag* pubsub = child(result, "pubsub", ns);
    const Tag* items = pubsub ? pubsub->findChild("items") : nullptr;
    if (!items || attribute(*items, "node") != node) return all;
    for (const Tag* item : items->findChildren("item")) {
        const auto& inside = item->children();
        all.push_back({attribute(*item, "id"), inside.empty() ? nullptr : inside.front()});
    }
    return all;
}

}  // namespace xmpp::xep0060
