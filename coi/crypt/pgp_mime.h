// PGP/MIME [RFC 3156] with header protection [RFC 9788]: encrypts the bytes of a mail, and decrypts them.
//
// Pure, except for the OpenPGP inside (coi/crypt/openpgp): for a worker thread. Protected values are taken only from
// the inside; a part beside the encrypted one never counts as its content (EFAIL).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/autocrypt.h"
#include "coi/crypt/openpgp.h"
#include "coi/message.h"

namespace coi::pgp_mime {

struct Close {
    Secret signer;
    std::vector<std::string> to;            // keys of the recipients; the function adds the own one
    autocrypt::Header own;                  // inside
    std::vector<autocrypt::Header> gossip;  // one per recipient if there are several, or if SecureJoin needs it
    bool chatmail = false;                  // hidden To, coarse Date, zero key ids: only Delta Chat can read such mail
    std::int64_t date_offset = 0;  // seconds by which chatmail's outer Date is in the past: random, up to 7 days
    bool outer_autocrypt = true;   // `own` is outside too, for older programs
};

/// `mail` (from coi::print) becomes multipart/encrypted: everything is inside, with hp="cipher" and HP-Outer lines [RFC
/// 9788 §2.2, §5.2]; outside are only the fields that servers and threads need, Subject [...], and Chat-Version. The
/// Message-ID is the same. Fails as print and openpgp::encrypt do.
Result<std::string> close(std::string_view mail, const Close&);

/// The encryption that a mail's structure shows, without any key.
enum class Shape {
    clear,      // nothing encrypted
    encrypted,  // the whole mail is multipart/encrypted, or its only text is one inline PGP message
    mixed,      // encrypted parts among others: reported, never decrypted as if it were the whole mail
    foreign,    // S/MIME, or a multipart/encrypted of another form
};

struct Found {
    Shape shape = Shape::clear;
    std::string message;     // the OpenPGP message, armoured or binary, if Shape::encrypted
    bool is_inline = false;  // inline PGP: the content is text, and no header is protected
};
/// Analyses the structure (within the Limits of a mail).
Result<Found> find(std::string_view mail, const Limits& = {});

struct Protection {
    bool encrypted = false;  // the mail was encrypted, and was decrypted
    openpgp::Signature signature = openpgp::Signature::none;
    openpgp::Fingerprint signer;
    std::vector<autocrypt::Header> gossip;  // from the inside, if the signature is good
    /// Replay key: the digest of the encrypted and signed content with its time, independent of the outer header. ""
    /// for other mail.
    std::string digest{};
    bool names_readers = false;  // To and Message-ID stand inside the encryption: nobody sent it on under others
    bool operator==(const Protection&) const = default;
};

struct Opened {
    Message mail;  // the inside, with From, Message-ID, Chat-Version of the outside if the inside lacks them
    Protection protection;
    std::optional<autocrypt::Header> autocrypt;  // the sender's, from the inside, else from the outside
};
/// Decrypts `found` and parses the inside as a mail; protected headers only from there [RFC 9788 §4.2]; legacy display
/// parts and the old `protected-headers="v1"` are supported. The inner From must be the outer one, else
/// ErrorKind::forbidden. A mail without header protection keeps its outer header, except Secure-Join and Chat-* fields
/// (but with Chat-Version) and a placeholder Subject. Another encrypted message inside is an attachment, with
/// Message::encrypted set.
Result<Opened> open(std::string_view mail, const Found& found, const Secret& own,
                    const std::vector<std::string>& signers, const Limits& = {}, const ParseOptions& = {});

/// Checks a mail that is only signed (Message::is_signed, `read`: from parse) [RFC 3156 §5]. With a good signature,
/// `mail` is the signed part, with its own header if that is protected [RFC 9788 §2.1]; else `read`, because then
/// nobody has signed its text. A missing signature, or one of another author than the outer one, is a bad one.
/// `reader`: the recipient's key, "" if they have none: a signature may name its intended recipients.
Opened check_signed(std::string_view mail, Message read, const std::vector<std::string>& signers,
                    const openpgp::Fingerprint& reader, const Limits& = {}, const ParseOptions& = {});

/// The part of open() after decryption.
Result<Opened> read_inside(std::string_view mail, const Found& found, const openpgp::Opened& inside,
                           const std::vector<std::string>& signers, const Limits& = {}, const ParseOptions& = {});

}  // namespace coi::pgp_mime
