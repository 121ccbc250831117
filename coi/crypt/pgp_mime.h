// PGP/MIME [RFC 3156] with header protection [RFC 9788]: a mail's bytes become an encrypted mail's bytes, and back.
//
// Pure, but for the OpenPGP in the middle (coi/crypt/openpgp): for a worker thread. What is protected is taken from
// the inside only; a part that stood beside the encrypted one never counts as its content (EFAIL).

#pragma once

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
    std::vector<std::string> to;            // keys of the recipients; the own one is added by the function
    autocrypt::Header own;                  // goes inside
    std::vector<autocrypt::Header> gossip;  // one per recipient where there are several, or where SecureJoin needs it
    bool chatmail = false;                  // hidden To, coarse Date, zero key ids: only Delta Chat can read such mail
    std::int64_t date_offset = 0;           // seconds that the outer Date of chatmail lies back: random, up to 7 days
    bool outer_autocrypt = true;            // `own` stands outside too, where older programs look for it
};

/// `mail` (as coi::print writes it) becomes multipart/encrypted: all of it inside with hp="cipher" and HP-Outer lines
/// [RFC 9788 §2.2, §4], outside only what servers and threads need, Subject [...], and Chat-Version. The Message-ID is
/// the same. Fails as print and openpgp::encrypt do.
Result<std::string> close(std::string_view mail, const Close&);

/// What a mail's outside says about encryption, without any key.
enum class Shape {
    clear,      // nothing encrypted
    encrypted,  // the whole mail is multipart/encrypted, or its only text is one inline PGP message
    mixed,      // encrypted parts among others: shown as such, never decrypted as if it were the whole
    foreign,    // S/MIME, or a multipart/encrypted of another form
};

struct Found {
    Shape shape = Shape::clear;
    std::string message;     // the OpenPGP message, armoured or binary, if Shape::encrypted
    bool is_inline = false;  // it stood in the text: what it holds is text, and no header is protected
};
/// Looks at the structure (within the Limits of a mail).
Result<Found> find(std::string_view mail, const Limits& = {});

struct Protection {
    bool encrypted = false;  // it was, and was decrypted
    openpgp::Signature signature = openpgp::Signature::none;
    openpgp::Fingerprint signer;
    std::vector<autocrypt::Header> gossip;  // of the inside, if the signature is good
    /// Of what was encrypted and well signed, and when: the same under whichever outside it comes. "" for other mail.
    std::string digest{};
    bool operator==(const Protection&) const = default;
};

struct Opened {
    Message mail;  // the inside, with From, Message-ID, Chat-Version of the outside where the inside says nothing
    Protection protection;
    std::optional<autocrypt::Header> autocrypt;  // the sender's, of the inside; of the outside if there is none inside
};
/// Decrypts `found` and reads the inside as a mail; protected headers only from there [RFC 9788 §4.2], legacy display
/// parts and old `protected-headers="v1"` understood. The inner From must be the outer one: else ErrorKind::forbidden.
/// A mail without header protection has its outer header, but for Secure-Join and Chat-* fields (Chat-Version apart)
/// and a Subject that stands for another. What is encrypted again inside is an attachment, and Message::encrypted.
Result<Opened> open(std::string_view mail, const Found& found, const Secret& own,
                    const std::vector<std::string>& signers, const Limits& = {}, const ParseOptions& = {});

/// A mail that is only signed (Message::is_signed, `read`: as parse gave it) [RFC 3156 §5]. `mail` is what was signed
/// if the signature is good, with its own header where that is protected [RFC 9788 §2.1]; else `read`: then nobody has
/// signed what it says. No signature, and one of another author than the outer, are a bad one. `reader`: the key of the
/// one who reads it, "" if they have none: a signature may name for whom it is.
Opened check_signed(std::string_view mail, Message read, const std::vector<std::string>& signers,
                    const openpgp::Fingerprint& reader, const Limits& = {});

/// What open does once the message is decrypted.
Result<Opened> read_inside(std::string_view mail, const Found& found, const openpgp::Opened& inside,
                           const std::vector<std::string>& signers, const Limits& = {}, const ParseOptions& = {});

}  // namespace coi::pgp_mime
