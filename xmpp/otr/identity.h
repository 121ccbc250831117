// The gateway's identity in OTR: a long-term DSA key and an instance tag, as bytes that the caller stores.
//
// [OTR v3 "Public keys, signatures, and fingerprints", "Instance Tags"]. One key per account, shared by its contacts,
// so that the user compares one fingerprint. The tag must be kept as long as the key: a client identifies the gateway's
// sessions by it. libotr reads and writes keys only through a FILE; it gets one in memory (memfd), never one on disk.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/wiped.h"

namespace xmpp::otr {

/// The SHA-1 of a public key, which people compare.
using Fingerprint = std::array<unsigned char, 20>;

/// "01234567 89ABCDEF 01234567 89ABCDEF 01234567", as OTR clients show it.
std::string print(const Fingerprint&);
/// Parses hexadecimal digits of either case; blanks are ignored; nullopt: not 40 digits.
std::optional<Fingerprint> parse_fingerprint(std::string_view);

class Identity {
  public:
    /// Makes a new key and tag. Takes 50 to 160 ms: not on the event loop. Any thread. Throws std::runtime_error if the
    /// library fails (no memory, no random numbers).
    static Identity generate();
    /// From the bytes of save(). nullopt: invalid bytes, or a damaged key.
    static std::optional<Identity> load(std::string_view saved);
    /// The private key, unencrypted: must be sealed before it is stored.
    const Wiped& save() const { return saved_; }

    const Fingerprint& fingerprint() const { return fingerprint_; }
    /// At least 0x100.
    std::uint32_t instance_tag() const { return instance_tag_; }

  private:
    Identity() = default;
    Wiped saved_;
    Fingerprint fingerprint_{};
    std::uint32_t instance_tag_ = 0;
};

}  // namespace xmpp::otr
