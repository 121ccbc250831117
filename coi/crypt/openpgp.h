// OpenPGP by RNP: keys, and messages that are encrypted and signed.
//
// [RFC 9580], [RFC 4880] as far as RNP 0.16 supports them, [Autocrypt §"OpenPGP Based key data"]. Every function is
// pure and takes 0.2 ms or more: for a worker thread, never the loop. Keys are transferable key packets (binary),
// checked by coi/crypt/bounds before they are read. In the gateway each function runs in a confined process with a
// deadline (coi/crypt/deadlines): all that return a Result may fail with ErrorKind::timeout, ErrorKind::limit, or
// ErrorKind::closed, of which only the last is not permanent.
// Left out: PKESK v6 and SEIPD v2 [RFC 9580 §5.1.2, §5.13.2], so our keys do not announce them (Features 0x08).
// Invariant: no content of a message without integrity protection, or of one that was tampered with, is ever returned.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/secret.h"
#include "coi/mail/address.h"
#include "coi/result.h"

namespace coi::openpgp {

/// 40 upper-case hex digits (v4); "" for none.
using Fingerprint = std::string;

/// "1234 5678 …", for people to compare.
std::string grouped(const Fingerprint&);

/// Limits for untrusted keys and messages.
struct Limits {
    std::size_t key_bytes = 64 * 1024;             // of one key; Autocrypt headers are smaller
    std::size_t message_bytes = 35 * 1024 * 1024;  // encrypted, with armour
    std::size_t plain_bytes = 25 * 1024 * 1024;    // decrypted and decompressed
    std::size_t recipients = 200;                  // session key packets of one message
};

struct KeyInfo {
    Fingerprint fingerprint;
    std::vector<std::string> user_ids{};
    std::chrono::sys_seconds created{};
    bool is_secret = false;
    bool can_encrypt = false;  // has a valid encryption (sub)key now
    bool can_sign = false;
    bool expired = false, revoked = false;
    /// The addresses at which the key's owner reads mail, as the key says (coi/crypt/key_relays); empty: it says
    /// nothing. nullopt: the key was not inspected.
    std::optional<std::vector<Address>> relays{};
};

/// Makes an Autocrypt key [Autocrypt §"Secret key generation and storage"]: Ed25519 for signing, Cv25519 for
/// encryption, no expiry, no passphrase, one user id `<addr-spec>` (without the name, for privacy).
Result<Secret> generate(const Address& own, std::chrono::sys_seconds now);

/// Reads a key, binary or armoured, exactly one primary key. ErrorKind::limit above Limits::key_bytes and the limits of
/// coi/crypt/bounds, ErrorKind::unsupported for other kinds of keys, else ErrorKind::malformed.
Result<KeyInfo> inspect(std::string_view key, std::chrono::sys_seconds now, const Limits& = {});

/// The public part, binary and minimal: primary key, the user id for `own` (else the first), encryption subkey and
/// their self-signatures [Autocrypt §"OpenPGP Based key data"].
Result<std::string> public_key(const Secret& key, const Address& own);
/// The same from anybody's public key.
Result<std::string> minimal(std::string_view public_key, const Address& owner);

/// Merges two copies of one public key, binary: subkeys and self-signatures of both, so that a known revocation stays,
/// whichever copy is older. Signatures by others, and invalid ones, are left out. ErrorKind::malformed if they are not
/// copies of one key, ErrorKind::limit if they are too large together. Of self-signatures of the same kind only the
/// newest stays, so that a key does not grow with each change.
Result<std::string> merge(std::string_view known, std::string_view seen);

/// Exports a secret key: armoured, protected with `passphrase` if that is not empty.
Result<Secret> export_key(const Secret& key, const Secret& passphrase);
/// Imports a secret key: binary or armoured, unlocked with `passphrase`. Fails with ErrorKind::auth if that is wrong,
/// with ErrorKind::malformed if the key cannot sign and encrypt.
Result<Secret> import_key(std::string_view key, const Secret& passphrase);

/// Encrypts to all of `to` and signs by `signer`, armoured; recipients' key ids are zero with `hide_recipients` (RNP
/// does not support this: the packets are patched). Fails with ErrorKind::refused, naming the fingerprint, if a key
/// cannot encrypt (expired, revoked).
Result<std::string> encrypt(std::string_view plain, const std::vector<std::string>& to, const Secret& signer,
                            bool hide_recipients);

/// The result for the signature inside an encrypted message.
enum class Signature {
    none,     // it is not signed
    good,     // by one of the given keys, at the time in `signed_at`
    unknown,  // by another key
    bad,      // invalid, or by a key that was expired or revoked at that time
    others,   // good, but it names intended recipients, and the decrypting key is none of them
};

struct Verdict {
    Signature signature = Signature::none;
    Fingerprint signer;                    // of the primary key, if known; else the 16 digits of the key id
    std::chrono::sys_seconds signed_at{};  // if good; at most a day in the future
    bool operator==(const Verdict&) const = default;
};

struct Opened : Verdict {
    std::string plain;
    Fingerprint reader{};  // of the key that decrypted it
};

/// Decrypts with `own` (key ids of recipients may be zero: [RFC 9580 §5.1.8]) and verifies with `signers` (public keys;
/// invalid ones are skipped). Failures: ErrorKind::auth "not for this key"; ErrorKind::refused if it is not
/// integrity-protected, was tampered with, or contains another encrypted message; ErrorKind::limit;
/// ErrorKind::malformed; ErrorKind::unsupported for SEIPD v2.
Result<Opened> decrypt(std::string_view message, const Secret& own, const std::vector<std::string>& signers,
                       const Limits& = {});

/// Verifies a detached signature, binary or armoured, of `signed_bytes` [RFC 3156 §5]. `reader`: the recipient's key,
/// "" if they have none; nullopt: intended recipients are not checked.
Verdict verify(std::string_view signed_bytes, std::string_view signature, const std::vector<std::string>& signers,
               const std::optional<Fingerprint>& reader = std::nullopt);

/// With a passphrase (SKESK), for the Autocrypt Setup Message [Autocrypt §"Setup Message Creation"].
Result<Secret> decrypt_with_passphrase(std::string_view message, const Secret& passphrase, const Limits& = {});

}  // namespace coi::openpgp
