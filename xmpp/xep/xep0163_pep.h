// Personal eventing: an event of a contact's own, as their server would announce it; and the events of users.
//
// [XEP-0163 §4.3.1] from the bare JID, a headline. Left out: subscriptions; requests are in xep0060_pubsub.h.

#pragma once

#include <string>
#include <utility>

#include "xmpp/stanza.h"

namespace xmpp::xep0163 {

inline constexpr const char* ns_event = "http://jabber.org/protocol/pubsub#event";

/// What a client announces that wants the events of this node [§4.2].
inline std::string wish(const std::string& node) { return node + "+notify"; }

/// The notification, and its item, owned by it, for the payload.
struct Notification {
    Stanza message;
    Tag* item;
};
inline Notification notification(const std::string& from, const std::string& to, const std::string& node) {
    auto message = std::make_unique<Tag>("message");
    message->addAttribute("from", from);
    message->addAttribute("to", to);
    message->addAttribute("type", "headline");
    Tag& items = add(add(*message, "event", ns_event), "items");
    items.addAttribute("node", node);
    Tag& item = add(items, "item");
    return {std::move(message), &item};
}

/// The item of a notification of this node, owned by the message; nullptr if it is another one, or of a retraction.
inline const Tag* item_of(const Tag& message, const std::string& node) {
    const Tag* event = child(message, "event", ns_event);
    const Tag* items = event ? event->findChild("items") : nullptr;
    return items && attribute(*items, "node") == node ? items->findChild("item") : nullptr;
}

}  // namespace xmpp::xep0163
