// What a body is in the eyes of OTR, before any library sees it: pure, and safe for any bytes.
//
// [OTR v3 "Requesting conversations", "Encoded messages", "Fragmentation"] [XEP-0364 §3]. A body is OTR's where it
// begins with "?OTR" (blanks and HTML tags may stand before it: old clients write them), and where an encoded message
// or a fragment stands anywhere in it. A sentence that merely speaks of ?OTRv23? is a sentence.
// Left out: version 1, which is recognised and never spoken.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xmpp::otr {

/// The longest body, and the longest message joined of fragments, that is looked at: bytes. Longer ones are malformed.
inline constexpr std::size_t max_message = 256 * 1024;
/// The longest message of a handshake, in base64; 720 is usual. It brings the peer's DSA key, of any size: verifying
/// one of 16 kB would keep a thread for 20 s, and libotr cannot be interrupted. Longer ones are malformed.
inline constexpr std::size_t max_handshake = 2000;

enum class Kind {
    plain,
    tagged,     // plain, with the whitespace tag of somebody who knows OTR
    query,      // "?OTR?", "?OTRv23?": wants a session
    fragment,   // a piece of an encoded message
    dh_commit,  // the four messages of the handshake
    dh_key,
    reveal_signature,
    signature,
    data,       // what was said in a session
    error,      // "?OTR Error: …", words for a person
    malformed,  // begins like a message or a fragment, and is none; or is too long
    unknown,    // "?OTR" and something else
};

/// One body, looked at.
struct Seen {
    Kind kind = Kind::plain;
    /// Of plain and tagged: the text without the tag. Of error: its words. Of fragment: the piece.
    std::string text;
    /// Of a message or a fragment: its protocol version (a fragment's is 2 or 3). Of a query: the best version offered
    /// that may be spoken (3, 2), else 1, else 0.
    int version = 0;
    /// Instance tags of a v3 message or fragment [OTR v3 "Instance Tags"]; 0 is none.
    std::uint32_t sender = 0, receiver = 0;
    /// Of a fragment: it is piece `number` of `count`, 1 ≤ number ≤ count ≤ 65535.
    unsigned number = 0, count = 0;
    /// What the protocol reads: the body from "?OTR" on, an encoded message up to its full stop. Empty of plain and
    /// tagged.
    std::string wire;

    bool is_plain() const { return kind == Kind::plain || kind == Kind::tagged; }
};

Seen look(std::string_view body);

/// `text` without whitespace tags [OTR v3 "Tagged plaintext messages"]; the tag may stand anywhere, and more than once.
std::string strip_tag(std::string_view text);

}  // namespace xmpp::otr
