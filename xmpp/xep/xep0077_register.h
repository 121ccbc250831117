// In-band registration: the fields, as a form and as bare elements.
//
// [XEP-0077 §3, §6]. A form takes precedence over bare elements. Left out: redirection, keys, stream feature.

#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace xmpp::xep0077 {

inline constexpr const char* ns = "jabber:iq:register";

/// The content of a set.
struct Request {
    bool remove = false;
    bool alone = true;       // <remove/> is the only child, as it must be [§3.2]
    bool cancelled = false;  // the form was cancelled
    bool by_form =
        false;  // all fields were shown and returned; else missing ones may be filled from the stored account
    std::map<std::string, std::string> fields{};
};
std::optional<Request> request(const Tag& iq);

/// The answer to a get. `fields` are the bare elements with their values ("" : empty).
struct Offer {
    bool registered = false;
    std::string instructions;
    std::vector<std::pair<std::string, std::string>> fields;
    xep0004::Form form;
};
void add_offer(Tag& result, const Offer&);

}  // namespace xmpp::xep0077
