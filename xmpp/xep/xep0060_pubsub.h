// Publish-subscribe: requests for the items of a node, and their answers.
//
// [XEP-0060 §6.5]. Left out: everything else; events are in xep0163_pep.h.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0060 {

inline constexpr const char* ns = "http://jabber.org/protocol/pubsub";
/// What a service announces that answers such requests [§10].
inline constexpr const char* retrieve_items = "http://jabber.org/protocol/pubsub#retrieve-items";

struct Request {
    std::string node;
    std::string item;  // the id of the only one that is wanted; "": all, or the last ones
};
/// What an iq of type get asks for; nullopt if it is something else, or asks for several ids.
std::optional<Request> requested(const Tag& iq);
/// A request for one item, of `to`'s node.
Stanza request(const std::string& from, const std::string& to, const std::string& id, const Request&);

/// Adds the items element of an answer [§6.5.3]; add_item() adds to it.
Tag& add_items(Tag& result, const std::string& node);
/// An item, for its payload.
Tag& add_item(Tag& items, const std::string& id);

/// An item of an answer or event; the stanza owns the payload, nullptr for none.
struct Item {
    std::string id;
    const Tag* payload = nullptr;
};
/// The items of this node in an answer.
std::vector<Item> items_of(const Tag& result, const std::string& node);

}  // namespace xmpp::xep0060
