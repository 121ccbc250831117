// What waits on disk is sealed: AEAD over payloads and secrets with the store's key file.
//
// AES-256-GCM by OpenSSL with a random 96-bit nonce (NIST SP 800-38D); the sealed form is  version | key id | nonce |
// ciphertext | tag. Several keys can open, the first one seals: to rotate, put 32 new bytes in front of the key file
// and restart (what is stored is sealed anew then), after that the old key may go. A check value in the store tells a
// wrong key at start. Random nonces are good for 2^32 blobs a key; left out on purpose: keys derived per blob, which
// would lift that limit.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class Seal {
  public:
    using Key = std::array<unsigned char, 32>;
    /// The first key seals, all open. At least one.
    explicit Seal(std::vector<Key> keys);
    /// From the bytes of a key file: 32 raw bytes per key, newest first. Throws StoreError (names what is wrong).
    static Seal from_file_bytes(std::string_view bytes);
    /// Reads `path`, or makes it (0600, fsynced with its folder) with 32 random bytes. Throws StoreError.
    static Seal open_or_make(const std::string& path);

    /// `purpose` is bound in as associated data: a blob moved to another column does not open.
    std::string close(std::string_view plain, std::string_view purpose) const;
    /// Throws StoreError if it was sealed with an unknown key, or changed.
    std::string open(std::string_view sealed, std::string_view purpose) const;
    /// HMAC-SHA-256 under the sealing key, 64 hex digits: for fingerprints that must not be guessable.
    std::string keyed_hash(std::string_view bytes) const;

    /// Names the key that seals (8 hex digits); says nothing about the key itself.
    std::string key_id() const;
    /// False for a blob that an older key sealed, and for what is no sealed blob at all.
    bool is_current(std::string_view sealed) const;

  private:
    struct Keys;
    std::shared_ptr<const Keys> keys_;
};

}  // namespace gateway
