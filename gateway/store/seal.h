// What waits on disk is sealed: AEAD over payloads and secrets with the store's key file.
//
// AES-256-GCM by OpenSSL with a random 96-bit nonce; the sealed form is  version | key id | nonce | ciphertext | tag. Several keys
// can open (rotation: first line is the current one), one seals. A check value in the store tells a wrong key at start.

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
    std::string keyed_hash(std::string_view bytes) const;  // HMAC-SHA-256, for fingerprints that must not be guessable

  private:
    struct Keys;
    std::shared_ptr<const Keys> keys_;
};

}  // namespace gateway
