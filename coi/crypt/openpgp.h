// OpenPGP: keys, and messages that are encrypted and signed, by RNP.
//
// [RFC 9580], [RFC 4880] as RNP 0.16 speaks them, [Autocrypt §"OpenPGP Based key data"]. Every function is pure and
// takes from 0.2 ms to some: for a worker thread, never the loop. Keys travel as transferable key packets (binary), and
// are judged by coi/crypt/bounds before they are read. In the gateway each is done in a confined process, with a
// deadline (coi/crypt/deadlines): all that have a Result may fail with ErrorKind::timeout, ErrorKind::limit, or
// ErrorKind::closed, which alone is not permanent.
// Left out: PKESK v6 and SEIPD v2 [RFC 9580 §5.1.2, §5.13.2], so keys of ours do not announce them (Features 0x08).
// Invariant: nothing of a message without integrity protection, or of one that was tampered with, is ever handed out.

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

/// "1234 5678 …", as people compare it.
std::string grouped(const Fingerprint&);

/// What untrusted keys and messages may cost.
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
};

/// An Autocrypt key [Autocrypt §"Secret key generation"]: Ed25519 to sign, Cv25519 to encrypt, no expiry, no
/// passphrase, one user id `<addr-spec>` (the name is other people's business).
Result<Secret> generate(const Address& own, std::chrono::sys_seconds now);

/// Binary or armoured, exactly one primary key. ErrorKind::limit above Limits::key_bytes and what coi/crypt/bounds
/// says, ErrorKind::unsupported for other kinds of keys, ErrorKind::malformed else.
Result<KeyInfo> inspect(std::string_view key, std::chrono::sys_seconds now, const Limits& = {});

/// The public half, binary and minimal: primary key, the user id for `own` (else the first), encryption subkey and
/// their self-signatures [Autocrypt §"OpenPGP Based key data"].
Result<std::string> public_key(const Secret& key, const Address& own);
/// As above from a public key of anybody.
Result<std::string> minimal(std::string_view public_key, const Address& owner);

/// Two copies of one public key as one, binary: subkeys and self-signatures of both, so that a revocation that was seen
/// once stays, whichever copy is older. What others have signed, and what is signed wrongly, is left out.
/// ErrorKind::malformed if they are not copies of one key, ErrorKind::limit if they are too large together.
Result<std::string> merge(std::string_view known, std::string_view seen);

/// A secret key as its owner exports it: armoured, protected with `passphrase` if that is not empty.
Result<Secret> export_key(const Secret& key, const Secret& passphrase);
/// A secret key as its owner brings it: binary or armoured, unlocked with `passphrase`. Fails with ErrorKind::auth if
/// that is wrong, with ErrorKind::malformed if it cannot sign and encrypt.
Result<Secret> import_key(std::string_view key, const Secret& passphrase);

/// Encrypted to all of `to` and signed by `signer`, armoured; recipients' key ids are zero where `hide_recipients`
/// (RNP cannot: the packets are patched). Fails with ErrorKind::refused, naming the key's fingerprint, if one of them
/// cannot encrypt (expired, revoked).
Result<std::string> encrypt(std::string_view plain, const std::vector<std::string>& to, const Secret& signer,
                            bool hide_recipients);

/// What became of the signature inside an encrypted message.
enum class Signature {
    none,     // it is not signed
    good,     // by one of the keys given, at the time in `signed_at`
    unknown,  // by a key that was not given
    bad,      // wrong, or by a key that was expired or revoked when it signed
    others,   // good, but its signer names those for whom it is, and the one who decrypts is none of them
};

struct Verdict {
    Signature signature = Signature::none;
    Fingerprint signer;                    // of the primary key, if that is known; 16 digits of the key id, if unknown
    std::chrono::sys_seconds signed_at{};  // if good; at most a day ahead of our clock
    bool operator==(const Verdict&) const = default;
};

struct Opened : Verdict {
    std::string plain;
    Fingerprint reader{};  // of the key that opened it
};

/// Decrypts with `own` (key ids of recipients may be zero: [RFC 9580 §5.1.8]) and verifies with `signers` (public keys;
/// what is no key is passed over). Failures: ErrorKind::auth "not for this key"; ErrorKind::refused for what is not
/// integrity-protected, was tampered with, or is encrypted once more inside; ErrorKind::limit; ErrorKind::malformed;
/// ErrorKind::unsupported for SEIPD v2.
Result<Opened> decrypt(std::string_view message, const Secret& own, const std::vector<std::string>& signers,
                       const Limits& = {});

/// What a detached signature, binary or armoured, says about `signed_bytes` [RFC 3156 §5]. `reader`: the key of the one
/// who reads it, "" if they have none; nullopt: for whom it is does not matter.
Verdict verify(std::string_view signed_bytes, std::string_view signature, const std::vector<std::string>& signers,
               const std::optional<Fingerprint>& reader = std::nullopt);

/// With a passphrase (SKESK), for the Autocrypt Setup Message [Autocrypt §"Setup Message"].
Result<Secret> decrypt_with_passphrase(std::string_view message, const Secret& passphrase, const Limits& = {});

}  // namespace coi::openpgp
