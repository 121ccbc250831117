// Service discovery: identities, features and items.
//
// [XEP-0030 §3, §4]. Left out: publishing items, paging.

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0030 {

inline constexpr const char* ns_info = "http://jabber.org/protocol/disco#info";
inline constexpr const char* ns_items = "http://jabber.org/protocol/disco#items";

struct Identity {
    std::string category, type, name;
    bool operator==(const Identity&) const = default;
};
struct Info {
    std::vector<Identity> identities;
    std::vector<std::string> features;
};
struct Item {
    std::string jid, node, name;
};

/// `node` from the query, "" for none: the answer repeats it [§3.2].
void add_info(Tag& result, const Info&, const std::string& node);
/// The identities and features of an answer to disco#info; none if it is something else.
Info info_of(const Tag& result);
/// The JIDs of an answer to disco#items, at most `most`.
std::vector<std::string> jids_of_items(const Tag& result, std::size_t most);
/// Whether an answer to disco#info has this identity.
bool has_identity(const Tag& result, const Identity&);
void add_items(Tag& result, const std::vector<Item>&, const std::string& node);

}  // namespace xmpp::xep0030
