// vcard-temp: name and address of a contact, as clients ask for them.
//
// [XEP-0054 §3.1]. Written only: FN, NICKNAME, EMAIL, URL, DESC. Left out: all other fields, vCards of the user.

#pragma once

#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0054 {

inline constexpr const char* ns = "vcard-temp";

/// Empty texts are left out.
struct VCard {
    std::string full_name{}, nickname{}, email{}, url{}, description{};
};

bool is_request(const Tag& iq);
void add_vcard(Tag& result, const VCard&);

}  // namespace xmpp::xep0054
