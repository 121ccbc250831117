// Personal eventing: an event of a contact's own, as their server would announce it.
//
// [XEP-0163 §4.3.1] from the bare JID, a headline. Left out: nodes that could be asked or subscribed to.

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

}  // namespace xmpp::xep0163
