// Parses the packets of a key and compares sizes; the only calculation is one SHA-1; see bounds.h.

#include "coi/crypt/bounds.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>

#include "coi/crypt/packets.h"

namespace coi::openpgp {
namespace {

constexpr std::size_t most_detached = 16;

std::uint8_t octet(char c) { return static_cast<std::uint8_t>(c); }

/// Reads from the start of a packet's body; after the first failure all results are invalid.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}

    std::size_t number(std::size_t octets) {
        std::size_t value = 0;
        for (const char c : take(octets)) value = value << 8 | octet(c);
        return value;
    }
    std::string_view take(std::size_t octets) {
        good_ = good_ && octets <= bytes_.size();
        if (!good_) return {};
        const auto taken = bytes_.substr(0, octets);
        bytes_.remove_prefix(octets);
        return taken;
    }
    /// Skips a number [RFC 9580 §3.2]; returns its size.
    std::size_t mpi_bits() {
        const auto bits = number(2);
        take((bits + 7) / 8);
        return bits;
    }
    bool good() const { return good_; }
    std::size_t left() const { return good_ ? bytes_.size() : 0; }

  private:
    std::string_view bytes_;
    bool good_ = true;
};

Error too_large(const char* what, std::size_t bits, std::size_t most) {
    return over_limit("the OpenPGP key has " + std::string(what) + " of " + std::to_string(bits) + " bits; at most " +
                      std::to_string(most) + " are taken");
}

/// Checks one number after the other.
class Sizes {
  public:
    explicit Sizes(Reader& reader) : reader_(reader) {}
    Sizes& at_most(std::size_t most, const char* what) {
        const auto bits = reader_.mpi_bits();
        if (bits > most && !error_) error_ = too_large(what, bits, most);
        return *this;
    }
    const std::optional<Error>& error() const { return error_; }

  private:
    Reader& reader_;
    std::optional<Error> error_;
};

std::optional<Error> curve_sizes(Reader& reader, const KeyBounds& bounds, bool has_parameters) {
    reader.take(reader.number(1));  // name of the curve
    auto error = Sizes(reader).at_most(bounds.curve_point_bits, "a point of a curve").error();
    if (has_parameters) reader.take(reader.number(1));
    return error;
}

Error unknown_key() { return {ErrorKind::unsupported, true, "an OpenPGP key of a kind that is not known here", 0, {}}; }

/// The public part of a key packet's body [RFC 9580 §5.5.2], if its numbers are within the limits [RFC 9580 §9.1].
Result<std::string_view> public_part(std::string_view body, const KeyBounds& bounds) {
    Reader reader(body);
    if (reader.number(1) != 4) return unknown_key();
    reader.take(4);  // creation time
    std::optional<Error> error;
    switch (reader.number(1)) {
        case 1:  // RSA
        case 2:
        case 3:
            error = Sizes(reader)
                        .at_most(bounds.rsa_bits, "RSA numbers")
                        .at_most(bounds.rsa_exponent_bits, "an RSA exponent")
                        .error();
            break;
        case 16:  // ElGamal: p, g, y
            error = Sizes(reader)
                        .at_most(bounds.elgamal_bits, "ElGamal numbers")
                        .at_most(bounds.elgamal_bits, "ElGamal numbers")
                        .at_most(bounds.elgamal_bits, "ElGamal numbers")
                        .error();
            break;
        case 17:  // DSA: p, q, g, y
            error = Sizes(reader)
                        .at_most(bounds.dsa_bits, "DSA numbers")
                        .at_most(bounds.dsa_group_bits, "a DSA group")
                        .at_most(bounds.dsa_bits, "DSA numbers")
                        .at_most(bounds.dsa_bits, "DSA numbers")
                        .error();
            break;
        case 18:  // ECDH
            error = curve_sizes(reader, bounds, true);
            break;
        case 19:  // ECDSA
        case 22:  // EdDSA
            error = curve_sizes(reader, bounds, false);
            break;
        default:
            return unknown_key();
    }
    if (error) return *error;
    if (!reader.good()) return malformed("an OpenPGP key is cut short");
    return body.substr(0, body.size() - reader.left());
}

/// The fingerprint of a v4 key [RFC 9580 §5.5.4.2]; its last eight octets are the key id.
std::string fingerprint_of(std::string_view public_body) {
    std::string hashed = "\x99";
    hashed += static_cast<char>(public_body.size() >> 8 & 0xff);
    hashed += static_cast<char>(public_body.size() & 0xff);
    hashed.append(public_body);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    if (EVP_Digest(hashed.data(), hashed.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot hash");
    return {digest.begin(), digest.begin() + size};
}

/// Whether an issuer in an area of subpackets [RFC 9580 §5.2.3.7] is this key; nullopt: none is named.
std::optional<bool> names_issuer(std::string_view area, const std::string& fingerprint) {
    constexpr std::size_t issuer_id = 16, issuer_fingerprint = 33;
    std::optional<bool> named;
    while (!area.empty()) {
        const auto subpacket = next_subpacket(area);
        if (!subpacket) break;
        const auto& content = subpacket->content;
        if (subpacket->type == issuer_id)
            named =
                named.value_or(false) || content == fingerprint.substr(std::min<std::size_t>(12, fingerprint.size()));
        if (subpacket->type == issuer_fingerprint)  // after the key version
            named = named.value_or(false) || (content.size() > 1 && content.substr(1) == fingerprint);
    }
    return named;
}

/// Whether the signature is by the key itself, or names no issuer.
bool is_own(std::string_view body, const std::string& fingerprint) {
    Reader reader(body);
    const auto version = reader.number(1);
    if (version == 3) {
        reader.take(6);  // length of the hashed part, type, time
        return reader.take(8) == fingerprint.substr(std::min<std::size_t>(12, fingerprint.size()));
    }
    if (version != 4) return false;
    reader.take(3);  // type, algorithms
    const auto hashed = reader.take(reader.number(2));
    const auto unhashed = reader.take(reader.number(2));
    if (!reader.good()) return false;
    const auto in_hashed = names_issuer(hashed, fingerprint);
    return in_hashed ? *in_hashed : names_issuer(unhashed, fingerprint).value_or(true);
}

/// Processes the key packet by packet.
class Walk {
  public:
    Walk(const KeyBounds& bounds, std::size_t size) : bounds_(bounds) {
        out_.reserve(size);
    }  // it is never reallocated
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;
    ~Walk() { OPENSSL_cleanse(out_.data(), out_.size()); }  // it may be a secret key

    std::optional<Error> take(const Packet& packet) {
        switch (packet.tag) {
            case Tag::secret_key:
            case Tag::public_key:
            case Tag::secret_subkey:
            case Tag::public_subkey:
                return take_key(packet);
            case Tag::user_id:
                keeps_ = packet.body.size() <= bounds_.user_id_octets;
                if (keeps_ && ++user_ids_ > bounds_.subkeys) return too_many("user ids");
                break;
            case Tag::signature:
                if (!keeps_ || !is_own(packet.body, fingerprint_)) return {};
                if (++signatures_ > bounds_.signatures) return too_many("signatures");
                break;
            case Tag::user_attribute:
                keeps_ = false;
                return {};
            default:
                return {};
        }
        if (keeps_) out_.append(packet.whole);
        return {};
    }

    bool has_key() const { return !fingerprint_.empty(); }
    std::string result() { return std::move(out_); }

  private:
    static Error too_many(const char* what) { return over_limit("the OpenPGP key has too many " + std::string(what)); }

    std::optional<Error> take_key(const Packet& packet) {
        const bool is_primary = packet.tag == Tag::secret_key || packet.tag == Tag::public_key;
        if (is_primary == has_key()) return malformed("not exactly one OpenPGP key");
        const auto part = public_part(packet.body, bounds_);
        keeps_ = part.has_value();
        if (!part && (is_primary || part.error().kind != ErrorKind::unsupported)) return part.error();
        if (is_primary) fingerprint_ = fingerprint_of(*part);
        if (!is_primary && keeps_ && ++subkeys_ > bounds_.subkeys) return too_many("subkeys");
        if (keeps_) out_.append(packet.whole);
        return {};
    }

    const KeyBounds& bounds_;
    std::string out_, fingerprint_;
    bool keeps_ = false;  // whether the following signatures are kept
    std::size_t user_ids_ = 0, subkeys_ = 0, signatures_ = 0;
};

}  // namespace

Result<std::string> bounded_key(std::string_view key, const KeyBounds& bounds) {
    const auto packets = split_packets(key, bounds.packets);
    if (!packets) return packets.error();
    Walk walk(bounds, key.size());
    for (const auto& packet : *packets) {
        if (!packet.is_plain()) return malformed("an OpenPGP key with a packet of no certain length");
        if (const auto error = walk.take(packet)) return *error;
    }
    if (!walk.has_key()) return malformed("not exactly one OpenPGP key");
    return walk.result();
}

bool is_bounded_signature(std::string_view signature) {
    const auto packets = split_packets(signature, most_detached);
    return packets && std::ranges::all_of(*packets, [](const Packet& packet) {
               return packet.tag == Tag::signature && packet.is_plain();
           });
}

}  // namespace coi::openpgp
