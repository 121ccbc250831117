// A user's contact list, as their server has it.
//
// [RFC 6121 §2.1] items with name and groups. Left out: versions, pushes.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::roster {

inline constexpr const char* ns = "jabber:iq:roster";

struct Item {
    std::string jid, name;
    std::vector<std::string> groups{};
    bool operator==(const Item&) const = default;
};

/// The question for the list of `user` (bare JID).
Stanza question(const std::string& from, const std::string& user, const std::string& id);
/// The items of an answer; nullopt if it has no list.
std::optional<std::vector<Item>> items(const Tag& answer);
/// Changes one item. Its subscription is the server's to keep [§2.1.2.5].
Stanza change(const std::string& from, const std::string& user, const std::string& id, const Item&);

}  // namespace xmpp::roster
