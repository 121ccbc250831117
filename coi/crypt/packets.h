// The framing of OpenPGP packets: where each begins and ends, without its content.
//
// [RFC 9580 §4.2] (both header formats, partial lengths), [RFC 9580 §5.1.1] (PKESK v3), [RFC 9580 §5.13] (SEIPD). RNP
// 0.16 does not try hidden recipients, does not say why it rejects a message, and accepts messages without integrity
// protection: so its input is selected here first.

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
    std::string_view body;   // for partial lengths: the first part
    /// Whether the packet has one definite length.
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
    std::size_t id_at = 0;  // position of the key id in `whole`
    std::uint8_t algorithm = 0;
    KeyId id() const;
    bool is_hidden() const;
    /// A copy with another key id.
    std::string with(const KeyId&) const;
};

/// The parts of an encrypted message.
struct Sealed {
    std::vector<SessionKey> session_keys;              // v3 only
    std::vector<std::string_view> passphrase_packets;  // SKESK
    std::string_view data;                             // the SEIPD v1 packet
};

/// Splits a binary message, which must consist of session keys, one SEIPD v1 packet and nothing else. Fails as
/// openpgp::decrypt does.
Result<Sealed> take_apart(std::string_view message, const Limits&);

/// A subpacket of a signature [RFC 9580 §5.2.3.7].
struct Subpacket {
    std::uint8_t type = 0;  // without the critical bit
    std::string_view content;
};
/// Removes the first subpacket from a non-empty area and returns it; nullopt if it is truncated.
std::optional<Subpacket> next_subpacket(std::string_view& area);

/// The intended recipients in the body of a signature packet [RFC 9580 §5.2.3.36]: only the hashed area counts, because
/// only it is signed. Empty: none are named. nullopt: it cannot be parsed, so nobody may count as one of them.
std::optional<std::vector<Fingerprint>> intended_readers(std::string_view signature);

/// The binary message with zero key ids for its recipients.
Result<std::string> hide_recipients(std::string message);

}  // namespace coi::openpgp
