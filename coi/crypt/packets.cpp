// Packet headers [RFC 9580 §4.2], parsed without copies. Nothing is allocated by a claimed length.

#include "coi/crypt/packets.h"

#include <algorithm>
#include <optional>

namespace coi::openpgp {
namespace {

constexpr std::size_t most_passphrase_packets = 4;  // each attempt may take a third of a second

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

Error cut_short() { return malformed("an OpenPGP packet is cut short"); }

std::size_t big_endian(std::string_view octets) {
    std::size_t value = 0;
    for (const char c : octets) value = value << 8 | octet(c);
    return value;
}

struct Length {
    std::size_t octets = 0;  // of the length itself
    std::size_t value = 0;
    bool partial = false;
};

/// [RFC 9580 §4.2.1]
std::optional<Length> read_length(std::string_view at) {
    if (at.empty()) return std::nullopt;
    const auto first = octet(at[0]);
    if (first < 192) return Length{1, first, false};
    if (first < 224) {
        if (at.size() < 2) return std::nullopt;
        return Length{2, ((first - 192U) << 8) + octet(at[1]) + 192U, false};
    }
    if (first < 255) return Length{1, std::size_t{1} << (first & 0x1f), true};
    if (at.size() < 5) return std::nullopt;
    return Length{5, big_endian(at.substr(1, 4)), false};
}

/// The packet at the start of `bytes` [RFC 9580 §4.2.1].
Result<Packet> new_packet(std::string_view bytes) {
    Packet packet{static_cast<Tag>(octet(bytes[0]) & 0x3f), {}, {}};
    for (std::size_t at = 1;;) {
        const auto length = read_length(bytes.substr(at));
        if (!length || bytes.size() - at - length->octets < length->value) return cut_short();
        at += length->octets;
        if (packet.body.data() == nullptr) packet.body = bytes.substr(at, length->value);
        at += length->value;
        if (length->partial) continue;
        packet.whole = bytes.substr(0, at);
        return packet;
    }
}

/// [RFC 9580 §4.2.2], the legacy format.
Result<Packet> old_packet(std::string_view bytes) {
    Packet packet{static_cast<Tag>(octet(bytes[0]) >> 2 & 0xf), {}, {}};
    const std::size_t octets = std::size_t{1} << (octet(bytes[0]) & 3);
    if (octets == 8) {  // indeterminate: to the end
        packet.whole = bytes;
        packet.body = bytes.substr(1);
        return packet;
    }
    if (bytes.size() < 1 + octets) return cut_short();
    const std::size_t length = big_endian(bytes.substr(1, octets));
    if (bytes.size() - 1 - octets < length) return cut_short();
    packet.whole = bytes.substr(0, 1 + octets + length);
    packet.body = bytes.substr(1 + octets, length);
    return packet;
}

/// nullopt for versions other than 3.
std::optional<SessionKey> session_key(const Packet& packet) {
    if (packet.body.size() < 10 || packet.body[0] != 3) return std::nullopt;
    // With one definite length: packets with partial lengths are refused before.
    return SessionKey{packet.whole, packet.whole.size() - packet.body.size() + 1, octet(packet.body[9])};
}

Fingerprint digits(std::string_view octets) {
    static constexpr std::string_view hex = "0123456789ABCDEF";
    Fingerprint out;
    for (const char c : octets) {
        out += hex[octet(c) >> 4];
        out += hex[octet(c) & 15];
    }
    return out;
}

}  // namespace

std::optional<Subpacket> next_subpacket(std::string_view& area) {
    constexpr std::uint8_t critical = 0x80;
    const auto first = octet(area[0]);
    std::size_t head = 1, length = first;
    if (first == 255) {
        if (area.size() < 5) return std::nullopt;
        head = 5;
        length = big_endian(area.substr(1, 4));
    } else if (first >= 192) {
        if (area.size() < 2) return std::nullopt;
        head = 2;
        length = ((first - 192U) << 8) + octet(area[1]) + 192U;
    }
    if (length == 0 || area.size() - head < length) return std::nullopt;
    const auto subpacket = area.substr(head, length);
    area.remove_prefix(head + length);
    return Subpacket{static_cast<std::uint8_t>(octet(subpacket[0]) & ~critical), subpacket.substr(1)};
}

Result<std::vector<Packet>> split_packets(std::string_view bytes, std::size_t most) {
    std::vector<Packet> packets;
    while (!bytes.empty()) {
        if (packets.size() == most) return over_limit("the OpenPGP data has too many packets");
        const auto first = octet(bytes[0]);
        if ((first & 0x80) == 0) return malformed("not OpenPGP packets");
        auto packet = (first & 0x40) != 0 ? new_packet(bytes) : old_packet(bytes);
        if (!packet) return packet.error();
        bytes.remove_prefix(packet->whole.size());
        packets.push_back(*packet);
    }
    return packets;
}

KeyId SessionKey::id() const {
    KeyId id{};
    std::ranges::copy(whole.substr(id_at, id.size()), id.begin());
    return id;
}

bool SessionKey::is_hidden() const { return id() == KeyId{}; }

std::string SessionKey::with(const KeyId& id) const {
    std::string copy(whole);
    std::ranges::copy(id, copy.begin() + static_cast<std::ptrdiff_t>(id_at));
    return copy;
}

Result<Sealed> take_apart(std::string_view message, const Limits& limits) {
    auto packets = split_packets(message, limits.recipients + 8);
    if (!packets) return packets.error();
    Sealed sealed;
    std::size_t recipients = 0;
    for (const auto& packet : *packets) {
        if (!sealed.data.empty()) return malformed("something follows the encrypted data");
        if (packet.body.empty() && packet.tag != Tag::padding) return malformed("an empty OpenPGP packet");
        switch (packet.tag) {
            case Tag::public_key_session_key: {
                if (++recipients > limits.recipients) return over_limit("the message has too many recipients");
                if (!packet.is_plain()) return malformed("a session key in pieces");
                const auto key = session_key(packet);
                if (key) sealed.session_keys.push_back(*key);
                break;
            }
            case Tag::passphrase_session_key:
                if (sealed.passphrase_packets.size() == most_passphrase_packets)
                    return over_limit("the message has too many passphrases");
                if (!packet.is_plain()) return malformed("a session key in pieces");
                if (packet.body[0] == 4) sealed.passphrase_packets.push_back(packet.whole);
                break;
            case Tag::encrypted:
                if (packet.body[0] != 1)
                    return Error{
                        ErrorKind::unsupported, true, "the message is encrypted in a newer form (SEIPD v2)", 0, {}};
                sealed.data = packet.whole;
                break;
            case Tag::encrypted_unprotected:
                return Error{ErrorKind::refused, true, "the message has no integrity protection", 0, {}};
            case Tag::marker:
            case Tag::padding:
                break;
            default:
                return malformed("not an encrypted OpenPGP message");
        }
    }
    if (sealed.data.empty()) return malformed("not an encrypted OpenPGP message");
    return sealed;
}

std::optional<std::vector<Fingerprint>> intended_readers(std::string_view signature) {
    constexpr std::size_t hashed_at = 6;  // in version 4 [RFC 9580 §5.2.3]
    constexpr std::uint8_t intended_recipient = 35;
    if (!signature.empty() && octet(signature[0]) == 3) return std::vector<Fingerprint>();  // it has no subpackets
    if (signature.size() < hashed_at || octet(signature[0]) != 4) return std::nullopt;
    const auto length = big_endian(signature.substr(4, 2));
    if (signature.size() - hashed_at < length) return std::nullopt;
    std::vector<Fingerprint> readers;
    for (auto area = signature.substr(hashed_at, length); !area.empty();) {
        const auto subpacket = next_subpacket(area);
        if (!subpacket) return std::nullopt;
        if (subpacket->type != intended_recipient) continue;
        if (subpacket->content.size() < 2) return std::nullopt;
        readers.push_back(digits(subpacket->content.substr(1)));  // after the key version
    }
    return readers;
}

Result<std::string> hide_recipients(std::string message) {
    auto packets = split_packets(message, message.size());
    if (!packets) return packets.error();
    for (const auto& packet : *packets) {
        if (packet.tag != Tag::public_key_session_key) continue;
        const auto key = session_key(packet);
        if (!key) return malformed("a session key of another version");
        const auto at = static_cast<std::size_t>(packet.whole.data() - message.data()) + key->id_at;
        message.replace(at, KeyId{}.size(), KeyId{}.size(), '\0');
    }
    return message;
}

}  // namespace coi::openpgp
