// Result Set Management: a long answer in pages. [XEP-0059 §2.1, §2.2]. Left out: going backwards, by index, counting
// only.

#pragma once

#include <cstddef>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0059 {

inline constexpr const char* ns = "http://jabber.org/protocol/rsm";

/// Requests at most `most` results, after the one with this id ("": from the first).
inline void add_page(Tag& query, std::size_t most, const std::string& after) {
    Tag& set = add(query, "set", ns);
    add(set, "max", {}, std::to_string(most));
    if (!after.empty()) add(set, "after", {}, after);
}

/// The id of the last result of a page; "" if the page is empty.
inline std::string last(const Tag& answer) {
    const Tag* set = child(answer, "set", ns);
    const Tag* id = set ? child(*set, "last", "") : nullptr;
    return id ? id->cdata() : "";
}

}  // namespace xmpp::xep0059
