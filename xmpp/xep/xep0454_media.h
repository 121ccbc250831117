// Media sharing by aesgcm: links: a file that lies encrypted at an https address, with its key in the link.
//
// [XEP-0454 §3, §4]. Left out: thumbnails.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xmpp::xep0454 {

inline constexpr std::size_t tag_size = 16;  // bytes of the authentication tag at the end of the encrypted file

struct Link {
    std::string uri;      // "aesgcm:…", with the key
    std::string url;      // "https:…", where the encrypted file lies
    std::string iv, key;  // bytes
};

/// The link that is the whole text, or stands in it above a thumbnail; nullopt for all other text.
std::optional<Link> link(std::string_view text);

/// A file encrypted by a new key.
struct Sealed {
    std::string bytes;  // with the authentication tag at their end
    std::string iv, key;
};
/// nullopt if the file is too large, or there are no random numbers.
std::optional<Sealed> encrypt(std::string_view file);
/// The link to an encrypted file; nullopt if `url` is no https address, or has a fragment.
std::optional<std::string> link_to(std::string_view url, const Sealed&);

/// The file; nullopt if it is not what the link's key has encrypted.
std::optional<std::string> decrypt(std::string_view encrypted, const Link&);

}  // namespace xmpp::xep0454
