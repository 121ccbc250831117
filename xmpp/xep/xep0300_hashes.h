// Hashes of files: digests with the names of their functions.
//
// [XEP-0300 §3]; by OpenSSL. Known: sha-256, sha-512, sha3-256, sha3-512 and blake2b-512. Left out on purpose: SHA-1,
// for which other content can be made, and blake2b-256, which OpenSSL 3.0 does not have.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "xmpp/stanza.h"

namespace xmpp::xep0300 {

inline constexpr const char* ns = "urn:xmpp:hashes:2";
/// What is written.
inline constexpr const char* sha_256 = "sha-256";

struct Hash {
    std::string algorithm, digest;  // "sha-256"; raw
};

/// The first hash among the children of `element` whose function is known.
std::optional<Hash> hash_in(const Tag& element);
void add_hash(Tag& to, const Hash&);
/// Whether the bytes have this hash; false if its function is not known.
bool fits(std::string_view bytes, const Hash&);

}  // namespace xmpp::xep0300
