// Base64 of pictures in stanzas [RFC 4648 §4], by gloox. White space in it means nothing [XEP-0153 §4.6].

#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace xmpp::base64 {

std::string encode(std::string_view bytes);
/// "" if the text is no base64, or of more than `most` bytes.
std::string decode(std::string_view text, std::size_t most);

}  // namespace xmpp::base64
