// Recognises OTR in a message body, before libotr sees it: pure, and safe for any bytes.
//
// [OTR v3 "Requesting an OTR conversation", "Encoded messages", "Fragmentation"] [XEP-0364 §3]. A body is an OTR
// message if it begins with "?OTR" (after optional blanks and HTML tags, which old clients write), and if it contains
// an encoded message or a fragment anywhere. A sentence that only mentions ?OTRv23? is plain text. Left out: version 1,
// which is recognised but never used.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xmpp::otr {

/// The longest body, and the longest message joined of fragments, in bytes. Longer ones are malformed.
inline constexpr std::size_t max_message = 256 * 1024;
/// The longest handshake message, in base64; 720 is usual. It contains the peer's DSA key, of any size: verifying a key
/// of 16 kB would occupy a thread for 20 s, and libotr cannot be interrupted. Longer ones are malformed.
inline constexpr std::size_t max_handshake = 2000;

enum class Kind {
    plain,
    tagged,     // plain, with the whitespace tag of a client that supports OTR
    query,      // "?OTR?", "?OTRv23?": asks for a session
    fragment,   // a fragment of an encoded message
    dh_commit,  // the four messages of the handshake
    dh_key,
    reveal_signature,
    signature,
    data,       // a message of a session
    error,      // "?OTR Error: …", a text for a person
    malformed,  // begins like a message or a fragment but is invalid, or is too long
    unknown,    // "?OTR" and something else
};

/// A recognised body.
struct Seen {
    Kind kind = Kind::plain;
    /// Of plain and tagged: the text without the tag. Of error: its text. Of fragment: the fragment.
    std::string text;
    /// Of a message or a fragment: its protocol version (2 or 3 for a fragment). Of a query: the best offered version
    /// that is supported (3, 2), else 1, else 0.
    int version = 0;
    /// Instance tags of a v3 message or fragment [OTR v3 "Instance Tags"]; 0 is none.
    std::uint32_t sender = 0, receiver = 0;
    /// Of a fragment: its `number` of `count`, 1 ≤ number ≤ count ≤ 65535.
    unsigned number = 0, count = 0;
    /// The part for libotr: the body from "?OTR" on, an encoded message up to its full stop. Empty for plain and
    /// tagged.
    std::string wire;

    bool is_plain() const { return kind == Kind::plain || kind == Kind::tagged; }
};

Seen look(std::string_view body);

/// `text` without whitespace tags [OTR v3 "Tagged plaintext messages"], which may occur anywhere and more than once.
std::string strip_tag(std::string_view text);

}  // namespace xmpp::otr
