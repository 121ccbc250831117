// Requests on behalf of a user [XEP-0356 §6]; see xep0356_privilege.h.

#include "xmpp/xep/xep0356_privilege.h"

#include <algorithm>
#include <utility>

#include "xmpp/xep/xep0297_forward.h"

namespace xmpp::xep0356 {

std::optional<bool> grants_iq(const Tag& message, const std::string& xmlns, const std::string& type) {
    const Tag* privilege = child(message, "privilege", ns);
    if (!privilege || child(*privilege, "forwarded", xep0297::ns)) return std::nullopt;
    for (const Tag* permission : privilege->children()) {
        if (permission->name() != "perm" || attribute(*permission, "access") != "iq") continue;
        for (const Tag* space : permission->children()) {
            const std::string& granted = attribute(*space, "type");
            if (attribute(*space, "ns") == xmlns && (granted == type || granted == "both")) return true;
        }
    }
    return false;
}

namespace {

/// What a server says of the component's privileges, in the namespace of either version; nullptr: it says nothing.
const Tag* grant(const Tag& message) {
    const Tag* privilege = child(message, "privilege", ns);
    if (!privilege) privilege = child(message, "privilege", ns_before);
    return privilege && !child(*privilege, "forwarded", xep0297::ns) ? privilege : nullptr;
}

bool grants(const Tag& privilege, const char* access, const char* type) {
    return std::ranges::any_of(privilege.children(), [&](const Tag* permission) {
        return permission->name() == "perm" && attribute(*permission, "access") == access &&
               attribute(*permission, "type") == type;
    });
}

}  // namespace

std::optional<bool> grants_roster(const Tag& message) {
    const Tag* privilege = grant(message);
    if (!privilege) return std::nullopt;
    return grants(*privilege, "roster", "both");
}

std::optional<bool> grants_messages(const Tag& message) {
    const Tag* privilege = grant(message);
    if (!privilege) return std::nullopt;
    return namespace_of(*privilege) == ns && grants(*privilege, "message", "outgoing");
}

Stanza on_behalf(const std::string& component, const std::string& server, const Tag& message) {
    auto outer = std::make_unique<Tag>("message");
    outer->addAttribute("id", attribute(message, "id"));
    outer->addAttribute("from", component);
    outer->addAttribute("to", server);
    Tag& forwarded = add(add(*outer, "privilege", ns), "forwarded", xep0297::ns);
    Tag* inner = message.clone();
    inner->addAttribute("xmlns", content_namespace);
    forwarded.addChild(inner);
    return outer;
}

Request ask(const std::string& component, const std::string& user, const std::string& id, const std::string& type) {
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", type);
    iq->addAttribute("id", id);
    iq->addAttribute("from", component);
    iq->addAttribute("to", user);
    Tag& inner = add(add(*iq, "privileged_iq", ns), "iq", content_namespace);
    inner.addAttribute("type", type);
    inner.addAttribute("id", id);
    return {std::move(iq), &inner};
}

const Tag* answer(const Tag& stanza, const std::string& name) {
    const Tag* privilege = child(stanza, "privilege", ns);
    return privilege ? xep0297::forwarded(*privilege, name) : nullptr;
}

}  // namespace xmpp::xep0356
