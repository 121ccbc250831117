// Who the gateway is in OTR: a long-term DSA key and an instance tag, as bytes that the caller stores.
//
// [OTR v3 "Public keys, signatures, and fingerprints", "Instance Tags"]. A key per account, shared by its contacts: the
// user has one fingerprint to compare. The tag must live as long as the key: a client knows our sessions by it.
// libotr reads and writes keys through a FILE only; it gets one in memory (memfd), never one on a disk.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/wiped.h"

namespace xmpp::otr {

/// SHA-1 of a public key: what people compare.
using Fingerprint = std::array<unsigned char, 20>;

/// "01234567 89ABCDEF 01234567 89ABCDEF 01234567", as OTR clients show it.
std::string print(const Fingerprint&);
/// The same in hexadecimal digits of either case, blanks between them do not matter; nullopt: not 40 digits.
std::optional<Fingerprint> parse_fingerprint(std::string_view);

class Identity {
  public:
    /// A new key and tag. Takes 50 to 160 ms: not on the event loop. Any thread. Throws std::runtime_error if the
    /// library can't (no memory, no random numbers).
    static Identity generate();
    /// What save() gave. nullopt: it is not such bytes, or the key in them is broken.
    static std::optional<Identity> load(std::string_view saved);
    /// The private key in the clear: seal it before it is stored.
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
