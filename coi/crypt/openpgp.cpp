// Messages: encryption and signing, decryption and verification, by RNP on selected packets.
//
// RNP gets one session key packet and one passphrase at a time: it can decrypt one layer, with one of our keys, and
// nothing inside of it. Its output counts only after it has checked the integrity of all of it.

#include "coi/crypt/openpgp.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <set>
#include <stdexcept>

#include "coi/crypt/bounds.h"
#include "coi/crypt/in_process.h"
#include "coi/crypt/packets.h"
#include "coi/crypt/rnp.h"

namespace coi::openpgp {
namespace {

using rnp::asked;
using rnp::made;
using Encryption = rnp::Owned<rnp_op_encrypt_t, rnp_op_encrypt_destroy>;
using Verification = rnp::Owned<rnp_op_verify_t, rnp_op_verify_destroy>;

constexpr auto clock_skew = std::chrono::hours(24);  // the signer's clock may be ahead

Error tampered() { return {ErrorKind::refused, true, "the message was damaged or tampered with", 0, {}}; }

std::chrono::sys_seconds now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

/// Adds the signers' keys to the ring; returns their fingerprints.
std::set<Fingerprint> add_signers(rnp::Ring& ring, const std::vector<std::string>& signers) {
    std::set<Fingerprint> known;
    for (const auto& each : signers) {
        const auto key = ring.add(each);
        if (key) known.insert(rnp::fingerprint(key->get()));
    }
    return known;
}

/// The body of a signature packet from RNP; "" if RNP does not provide it. Its unhashed area, which anybody may have
/// written, need not be UTF-8.
std::string body_of(rnp_signature_handle_t signature) {
    boost::json::parse_options lenient;
    lenient.allow_invalid_utf8 = true;
    boost::system::error_code missing;
    const auto packets =
        boost::json::parse(rnp::text(rnp_signature_packet_to_json, signature, RNP_JSON_DUMP_RAW), missing, {}, lenient);
    const auto* raw = missing ? nullptr : packets.find_pointer("/0/raw", missing);
    if (raw == nullptr || !raw->is_string()) return {};
    std::string body;
    const std::string_view hex = raw->get_string();
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        unsigned int octet = 0;
        std::from_chars(hex.data() + at, hex.data() + at + 2, octet, 16);
        body += static_cast<char>(octet);
    }
    return body;
}

/// Whether the signature is intended for `reader`; an unreadable one is for others.
bool is_meant_for(const Fingerprint& reader, rnp_signature_handle_t signature) {
    const auto readers = intended_readers(body_of(signature));
    return readers && (readers->empty() || std::ranges::find(*readers, reader) != readers->end());
}

/// `reader`: the key of the recipient; nullopt: not checked.
Verdict verdict_of(rnp_op_verify_signature_t signature, const std::set<Fingerprint>& known,
                   const std::optional<Fingerprint>& reader) {
    Verdict verdict{Signature::unknown, {}, {}};
    rnp::Owned<rnp_signature_handle_t, rnp_signature_handle_destroy> handle;
    if (made(handle, rnp_op_verify_signature_get_handle, signature))
        verdict.signer = rnp::text(rnp_signature_get_keyid, handle.get());
    const auto status = rnp_op_verify_signature_get_status(signature);
    rnp::Key key;
    if (!made(key, rnp_op_verify_signature_get_key, signature)) {
        if (status != RNP_ERROR_KEY_NOT_FOUND) verdict.signature = Signature::bad;
        return verdict;
    }
    const auto primary = rnp::primary_fingerprint(key.get());
    if (!known.contains(primary)) return verdict;
    verdict.signer = primary;
    verdict.signature = Signature::bad;
    std::uint32_t created = 0, lifetime = 0;
    rnp_op_verify_signature_get_times(signature, &created, &lifetime);
    const std::chrono::sys_seconds at{std::chrono::seconds(created)};
    // RNP reports a signature from the future as expired.
    const bool early = status == RNP_ERROR_SIGNATURE_EXPIRED && lifetime == 0 && at > now() && at < now() + clock_skew;
    if (status != RNP_SUCCESS && !early) return verdict;
    verdict.signature = !reader || is_meant_for(*reader, handle.get()) ? Signature::good : Signature::others;
    verdict.signed_at = at;
    return verdict;
}

/// A good signature counts; else the worst one.
Verdict verdict_of(rnp_op_verify_t operation, const std::set<Fingerprint>& known,
                   const std::optional<Fingerprint>& reader) {
    Verdict whole;
    const auto count = asked(rnp_op_verify_get_signature_count, operation);
    for (std::size_t i = 0; i < count; ++i) {
        rnp_op_verify_signature_t signature = nullptr;
        if (rnp_op_verify_get_signature_at(operation, i, &signature) != RNP_SUCCESS) continue;
        const Verdict each = verdict_of(signature, known, reader);
        if (each.signature == Signature::good) return each;
        if (whole.signature == Signature::none || each.signature == Signature::bad) whole = each;
    }
    return whole;
}

/// A part of our key that can decrypt, expired or not.
struct Decryptor {
    KeyId id;
    std::string algorithm;  // RNP's name
    rnp::Key key;

    /// [RFC 9580 §9.1]; RNP 0.16 would use a session key of one algorithm with a key of another.
    bool takes(const SessionKey& session_key) const {
        const auto number = session_key.algorithm;
        if (!session_key.is_hidden() && session_key.id() != id) return false;
        if (algorithm == RNP_ALGNAME_RSA) return number == 1 || number == 2;
        if (algorithm == RNP_ALGNAME_ELGAMAL) return number == 16;
        return algorithm == RNP_ALGNAME_ECDH && number == 18;
    }
};

KeyId key_id(const std::string& digits) {
    KeyId id{};
    for (std::size_t i = 0; i < id.size() && 2 * i + 1 < digits.size(); ++i)
        id[i] = static_cast<char>(std::stoi(digits.substr(2 * i, 2), nullptr, 16));
    return id;
}

/// Our key's parts, each locked with `passphrase`, so that RNP has to ask for every use.
std::vector<Decryptor> locked_decryptors(rnp::Ring& ring, rnp_key_handle_t own, const Secret& passphrase) {
    std::vector<Decryptor> all;
    for (auto& key : rnp::parts(ring, own)) {
        if (!asked(rnp_key_have_secret, key.get()) || asked(rnp_key_is_protected, key.get())) continue;
        if (rnp_key_protect(key.get(), passphrase.c_str(), RNP_ALGNAME_AES_128, nullptr, RNP_ALGNAME_SHA256, 1) !=
            RNP_SUCCESS) {
            continue;
        }
        Decryptor each{key_id(rnp::text(rnp_key_get_keyid, key.get())), rnp::text(rnp_key_get_alg, key.get()), {}};
        each.key = std::move(key);
        all.push_back(std::move(each));
    }
    return all;
}

Secret random_passphrase() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no random bytes");
    std::string out;
    for (const auto byte : bytes) {
        out += static_cast<char>('a' + (byte >> 4));
        out += static_cast<char>('a' + (byte & 15));
    }
    return Secret(std::move(out));
}

/// Reads two pieces as one.
class Joined {
  public:
    Joined(std::string_view first, std::string_view second) : pieces_{first, second} {}

    rnp::Input input() {
        rnp_input_t raw = nullptr;
        if (rnp_input_from_callback(&raw, &Joined::read, nullptr, this) != RNP_SUCCESS)
            throw std::runtime_error("RNP gives no input");
        return rnp::Input(raw);
    }

  private:
    static bool read(void* self, void* buffer, size_t size, size_t* done) {
        auto& pieces = static_cast<Joined*>(self)->pieces_;
        auto& piece = pieces[0].empty() ? pieces[1] : pieces[0];
        *done = std::min(size, piece.size());
        std::ranges::copy(piece.substr(0, *done), static_cast<char*>(buffer));
        piece.remove_prefix(*done);
        return true;
    }
    std::array<std::string_view, 2> pieces_;
};

/// Decrypts one layer in one way. ErrorKind::auth if this is not the way.
Result<Opened> open_layer(rnp::Ring& ring, std::string_view session_key, std::string_view data,
                          const Secret& passphrase, const std::set<Fingerprint>& known, const Fingerprint& own,
                          const Limits& limits) {
    int asked_for = 0;
    ring.set_passphrase([&]() -> std::optional<Secret> {
        if (++asked_for > 1) return std::nullopt;  // another encrypted message inside
        return passphrase;
    });
    Joined joined(session_key, data);
    const auto from = joined.input();
    rnp::Sink sink(limits.plain_bytes);
    const auto to = sink.output();
    Verification operation;
    if (!made(operation,
              [&](rnp_op_verify_t* out) { return rnp_op_verify_create(out, ring.ffi(), from.get(), to.get()); })) {
        return rnp::trouble("nothing can be decrypted");
    }
    rnp_op_verify_set_flags(operation.get(), RNP_VERIFY_IGNORE_SIGS_ON_DECRYPT);
    const auto result = rnp_op_verify_execute(operation.get());
    ring.set_passphrase(nullptr);

    rnp_recipient_handle_t recipient = nullptr;
    rnp_symenc_handle_t symmetric = nullptr;
    rnp_op_verify_get_used_recipient(operation.get(), &recipient);
    rnp_op_verify_get_used_symenc(operation.get(), &symmetric);
    if (recipient == nullptr && symmetric == nullptr)
        return Error{ErrorKind::auth, true, "the message is not encrypted for this key", 0, {}};
    if (asked_for > 1) return Error{ErrorKind::refused, true, "the message is encrypted more than once", 0, {}};
    if (sink.is_over()) return over_limit("the decrypted message is too large");
    bool intact = false;
    rnp_op_verify_get_protection_info(operation.get(), nullptr, nullptr, &intact);
    if (!intact) return tampered();
    if (result != RNP_SUCCESS) return malformed("what was encrypted is not an OpenPGP message");
    Opened opened{verdict_of(operation.get(), known, own), {}, own};
    if (rnp_output_finish(to.get()) != RNP_SUCCESS) return over_limit("the decrypted message is too large");
    opened.plain = sink.take();
    return opened;
}

/// The encryption of `plain`, binary.
Result<std::string> sealed(std::string_view plain, rnp::Ring& ring, const std::vector<rnp::Key>& to,
                           rnp_key_handle_t signer) {
    const auto from = rnp::input(plain);
    rnp::Sink sink(plain.size() + plain.size() / 2 + 4096 + to.size() * 4096);
    {
        const auto out = sink.output();
        Encryption operation;
        if (!made(operation, [&](rnp_op_encrypt_t* made_operation) {
                return rnp_op_encrypt_create(made_operation, ring.ffi(), from.get(), out.get());
            })) {
            return rnp::trouble("nothing can be encrypted");
        }
        for (const auto& key : to) rnp_op_encrypt_add_recipient(operation.get(), key.get());
        // Uncompressed: otherwise the size would disclose something about a secret that is mixed with an attacker's
        // text.
        if (rnp_op_encrypt_add_signature(operation.get(), signer, nullptr) != RNP_SUCCESS ||
            rnp_op_encrypt_set_cipher(operation.get(), RNP_ALGNAME_AES_256) != RNP_SUCCESS ||
            rnp_op_encrypt_set_hash(operation.get(), RNP_ALGNAME_SHA256) != RNP_SUCCESS ||
            rnp_op_encrypt_set_aead(operation.get(), "None") != RNP_SUCCESS ||
            rnp_op_encrypt_set_compression(operation.get(), "Uncompressed", 0) != RNP_SUCCESS ||
            rnp_op_encrypt_set_armor(operation.get(), false) != RNP_SUCCESS ||
            rnp_op_encrypt_execute(operation.get()) != RNP_SUCCESS || rnp_output_finish(out.get()) != RNP_SUCCESS) {
            return rnp::trouble("the message could not be encrypted and signed");
        }
    }
    return sink.take();
}

}  // namespace

namespace in_process {

Result<std::string> encrypt(std::string_view plain, const std::vector<std::string>& to, const Secret& signer,
                            bool hide) {
    rnp::Ring ring;
    auto own = ring.add(signer.bytes());
    if (!own) return own.error();
    std::vector<rnp::Key> recipients;
    for (const auto& each : to) {
        auto key = ring.add(each);
        if (!key) return key.error();
        if (!rnp::is_usable(ring, key->get(), "encrypt", false)) {
            return Error{ErrorKind::refused,
                         true,
                         "the OpenPGP key " + rnp::fingerprint(key->get()) + " cannot encrypt (expired or revoked)",
                         0,
                         {}};
        }
        recipients.push_back(std::move(*key));
    }
    if (recipients.empty()) return malformed("nobody to encrypt to");
    auto message = sealed(plain, ring, recipients, own->get());
    if (message && hide) message = hide_recipients(std::move(*message));
    if (!message) return message.error();
    return rnp::armoured(*message, "message");
}

Result<Opened> decrypt(std::string_view message, const Secret& own, const std::vector<std::string>& signers,
                       const Limits& limits) {
    auto bytes = rnp::binary(message, limits.message_bytes);
    if (!bytes) return bytes.error();
    auto parts = take_apart(*bytes, limits);
    if (!parts) return parts.error();
    rnp::Ring ring;
    auto key = ring.add(own.bytes(), limits);
    if (!key) return key.error();
    const auto passphrase = random_passphrase();
    const auto decryptors = locked_decryptors(ring, key->get(), passphrase);
    const auto known = add_signers(ring, signers);
    bool was_named = false;
    for (const auto& session_key : parts->session_keys) {
        for (const auto& decryptor : decryptors) {
            if (!decryptor.takes(session_key)) continue;
            const std::string named = session_key.with(decryptor.id);
            auto opened = open_layer(ring, named, parts->data, passphrase, known, rnp::fingerprint(key->get()), limits);
            if (opened || opened.error().kind != ErrorKind::auth) return opened;
            was_named = was_named || !session_key.is_hidden();
        }
    }
    // A session key for our key that cannot be decrypted is a broken one.
    if (was_named) return tampered();
    return Error{ErrorKind::auth, true, "the message is not encrypted for this key", 0, {}};
}

Verdict verify(std::string_view signed_bytes, std::string_view signature, const std::vector<std::string>& signers,
               const std::optional<Fingerprint>& reader) {
    const auto bytes = rnp::binary(signature, Limits().key_bytes);
    if (!bytes || !is_bounded_signature(*bytes)) return {};
    rnp::Ring ring;
    const auto known = add_signers(ring, signers);
    const auto from = rnp::input(signed_bytes);
    const auto by = rnp::input(*bytes);
    Verification operation;
    if (!made(operation, [&](rnp_op_verify_t* out) {
            return rnp_op_verify_detached_create(out, ring.ffi(), from.get(), by.get());
        })) {
        return {};
    }
    rnp_op_verify_execute(operation.get());
    return verdict_of(operation.get(), known, reader);
}

Result<Secret> decrypt_with_passphrase(std::string_view message, const Secret& passphrase, const Limits& limits) {
    auto bytes = rnp::binary(message, limits.message_bytes);
    if (!bytes) return bytes.error();
    auto parts = take_apart(*bytes, limits);
    if (!parts) return parts.error();
    rnp::Ring ring;
    for (const auto& packet : parts->passphrase_packets) {
        auto opened = open_layer(ring, packet, parts->data, passphrase, {}, {}, limits);
        if (opened) return Secret(std::move(opened->plain));
        if (opened.error().kind != ErrorKind::auth) return opened.error();
    }
    return Error{ErrorKind::auth, true, "the passphrase does not open the message", 0, {}};
}

}  // namespace in_process
}  // namespace coi::openpgp
