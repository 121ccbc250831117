// In-band registration: the fields of the form, as form and as bare elements.
//
// [XEP-0077 §3, §6]. A form goes before bare elements. Left out: redirection, keys, stream feature.

#pragma once

#include <map>
#include <optional>
#include <string>

#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace xmpp::xep0077 {

inline constexpr const char* ns = "jabber:iq:register";

/// What a set asks for.
struct Request {
    bool remove = false;
    bool alone = true;       // <remove/> is the only child, as it must be [§3.2]
    bool cancelled = false;  // the form was given back unfilled
    bool by_form =
        false;  // all that is known was shown and sent back; else what is missing may be filled from what is stored
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
