// See roster.h.

#include "xmpp/roster.h"

namespace xmpp::roster {
namespace {

Stanza iq(const char* type, const std::string& from, const std::string& user, const std::string& id) {
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", type);
    iq->addAttribute("id", id);
    iq->addAttribute("from", from);
    iq->addAttribute("to", user);
    return iq;
}

}  // namespace

Stanza question(const std::string& from, const std::string& user, const std::string& id) {
    auto get = iq("get", from, user, id);
    add(*get, "query", ns);
    return get;
}

std::optional<std::vector<Item>> items(const Tag& answer) {
    const Tag* query = child(answer, "query", ns);
    if (!query) return std::nullopt;
    std::vector<Item> items;
    for (const Tag* each : query->children()) {
        if (each->name() != "item") continue;
        Item& item = items.emplace_back(attribute(*each, "jid"), attribute(*each, "name"));
        for (const Tag* group : each->children()) {
            if (group->name() == "group") item.groups.push_back(group->cdata());
        }
    }
    return items;
}

Stanza change(const std::string& from, const std::string& user, const std::string& id, const Item& item) {
    auto set = iq("set", from, user, id);
    Tag& element = add(add(*set, "query", ns), "item");
    element.addAttribute("jid", item.jid);
    element.addAttribute("name", clean(item.name));
    for (const auto& group : item.groups) add(element, "group", {}, group);
    return set;
}

}  // namespace xmpp::roster
