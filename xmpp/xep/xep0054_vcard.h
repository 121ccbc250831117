// vcard-temp: name, address and picture of a contact, as clients ask for them; the picture of a user.
//
// [XEP-0054 §3.3], [XEP-0153 §3]. Written: FN, NICKNAME, EMAIL, URL, DESC, PHOTO. Read: PHOTO. Left out: all other
// fields, and EXTVAL.

#pragma once

#include <cstddef>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0054 {

inline constexpr const char* ns = "vcard-temp";

/// Empty texts are left out.
struct VCard {
    std::string full_name{}, nickname{}, email{}, url{}, description{};
    std::string photo{}, photo_type{};  // bytes; "image/jpeg"
};

bool is_request(const Tag& iq);
void add_vcard(Tag& result, const VCard&);
/// A request for the vCard of a user (bare JID).
Stanza request(const std::string& from, const std::string& to, const std::string& id);
/// The picture of an answer; "" if it has none, or one of more than `most` bytes.
std::string photo_of(const Tag& result, std::size_t most);

}  // namespace xmpp::xep0054
