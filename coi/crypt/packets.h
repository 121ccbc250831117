// The outside of OpenPGP packets: where each begins and ends, without looking inside.
//
// [RFC 9580 §4.2] (both header formats, partial lengths), [RFC 9580 §5.1.1] (PKESK v3), [RFC 9580 §5.13] (SEIPD). RNP
// 0.16 neither tries hidden recipients nor says why it declines, and takes messages without integrity protection: so
// what it gets to see is chosen here first.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/result.h"

namespace coi::openpgp {

/// Packet type ids [RFC 9580 §5].
enum class Tag : std::uint8_t {
    public_key_session_key = 1,
    signature = 2,
    passphrase_session_key = 3,
    secret_key = 5,
    public_key = 6,
    secret_subkey = 7,
    compressed = 8,
    encrypted_unprotected = 9,
    marker = 10,
    user_id = 13,
    public_subkey = 14,
    user_attribute = 17,
    encrypted = 18,
    padding = 21,
};

struct Packet {
    Tag tag{};
    std::string_view whole;  // header and body
    std::string_view body;   // of a packet in several lengths: the first of them
    /// In one piece, whose length is said.
    bool is_plain() const {
        return whole.size() - body.size() > 1 && body.data() + body.size() == whole.data() + whole.size();
    }
};

/// The packets of `bytes`, at most `most` (ErrorKind::limit). Views into `bytes`.
Result<std::vector<Packet>> split_packets(std::string_view bytes, std::size_t most);

/// Eight octets of a v4 key's id.
using KeyId = std::array<char, 8>;

/// A v3 session key packet for a public key.
struct SessionKey {
    std::string_view whole;
    std::size_t id_at = 0;  // where the key id stands in `whole`
    std::uint8_t algorithm = 0;
    KeyId id() const;
    bool is_hidden() const;
    /// A copy with another key id.
    std::string with(const KeyId&) const;
};

/// An encrypted message, taken apart.
struct Sealed {
    std::vector<SessionKey> session_keys;              // v3 only
    std::vector<std::string_view> passphrase_packets;  // SKESK
    std::string_view data;                             // the SEIPD v1 packet
};

/// Takes a binary message apart, which must be session keys, one SEIPD v1 packet and nothing else. Failures as
/// openpgp::decrypt names them.
Result<Sealed> take_apart(std::string_view message, const Limits&);

/// Of a signature [RFC 9580 §5.2.3.7].
struct Subpacket {
    std::uint8_t type = 0;  // without the bit that says that it is critical
    std::string_view content;
};
/// The first subpacket of an area that is not empty, taken from it; nullopt if it is cut short.
std::optional<Subpacket> next_subpacket(std::string_view& area);

/// Whom the body of a signature packet names as its readers [RFC 9580 §5.2.3.36]: only the hashed area counts, which is
/// what was signed. Empty: nobody is named. nullopt: it cannot be read, so nobody may rely on being one of them.
std::optional<std::vector<Fingerprint>> intended_readers(std::string_view signature);

/// The binary message with zeros for the key ids of its recipients.
Result<std::string> hide_recipients(std::string message);

}  // namespace coi::openpgp
