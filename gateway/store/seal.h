// Sealing of what is stored: AEAD over payloads and secrets with the store's key file.
//
// AES-256-GCM by OpenSSL with a random 96-bit nonce [NIST SP 800-38D §8.2.2]. A sealed blob is  version | key id |
// nonce | ciphertext | tag. Several keys can open, the first one seals. To rotate: put 32 new bytes in front of the key
// file and restart (stored data is then sealed again); after that the old key may be removed. A check value in the
// store detects a wrong key at start. Random nonces are safe for 2^32 blobs per key [§8.3]; left out on purpose: keys
// derived per blob, which would lift that limit.

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
    /// The first key seals, all keys open. At least one.
    explicit Seal(std::vector<Key> keys);
    /// From the bytes of a key file: 32 raw bytes per key, newest first. Throws StoreError (names what is wrong).
    static Seal from_file_bytes(std::string_view bytes);
    /// Reads `path`, or makes it (0600, fsynced with its folder) with 32 random bytes. Throws StoreError.
    static Seal open_or_make(const std::string& path);

    /// `purpose` is the associated data: a blob moved to another column does not open.
    std::string close(std::string_view plain, std::string_view purpose) const;
    /// Throws StoreError if it was sealed with an unknown key, or changed.
    std::string open(std::string_view sealed, std::string_view purpose) const;
    /// HMAC-SHA-256 with the sealing key, 64 hex digits: for fingerprints that must not be guessable.
    std::string keyed_hash(std::string_view bytes) const;

    /// Identifies the sealing key (8 hex digits) without disclosing it.
    std::string key_id() const;
    /// False for a blob that was sealed with an older key, and for bytes that are no sealed blob.
    bool is_current(std::string_view sealed) const;

  private:
    struct Keys;
    std::shared_ptr<const Keys> keys_;
};

}  // namespace gateway
