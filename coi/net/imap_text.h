// IMAP text: letter case, mailbox names, and commands with quoted strings and literals.
//
// [RFC 9051 §4.3 strings], [RFC 7888] LITERAL+ and LITERAL-, [RFC 3501 §5.1.3] modified UTF-7 (by ICU's converter).
// Invariant: a string argument can never end a command or start another one: CR, LF and 8-bit bytes are sent as a
// literal, NUL is refused.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace coi::net {

std::string lower_ascii(std::string_view text);
std::string upper_ascii(std::string_view text);
bool same_ascii(std::string_view a, std::string_view b);  // ASCII letters in any case
/// Whether a list of flags, "(\Seen $Chat)", has this one, in any case.
bool has_flag(std::string_view list, std::string_view flag);

/// UIDs as sequence sets, "2:4,7,12:13", each short enough for one command.
std::vector<std::string> sequence_sets(std::vector<std::uint32_t> uids);

/// A mailbox name of IMAP4rev1 as UTF-8; nullopt if it is not modified UTF-7.
std::optional<std::string> decode_mailbox(std::string_view modified_utf7);
/// UTF-8 as a mailbox name of IMAP4rev1; nullopt if it is not UTF-8.
std::optional<std::string> encode_mailbox(std::string_view utf8);

/// A server's text for the log: printable, valid UTF-8, at most `most` bytes.
std::string clean_words(std::string_view words, std::size_t most = 200);

/// How a literal may be sent [RFC 7888].
enum class Literals {
    synchronising,  // wait for "+" before each
    small,          // LITERAL-: up to 4096 bytes without waiting
    any,            // LITERAL+
};

/// One command, without its tag, in the pieces that are written.
class ImapCommand {
  public:
    /// A piece: `text`, then the bytes of a literal, announced at the end of `text`; the last piece ends the command.
    struct Piece {
        std::string text;
        std::string_view literal;  // not owned
        bool waits = false;        // wait for the server's "+" before the literal
    };

    explicit ImapCommand(std::string words, Literals literals = Literals::synchronising)
        : literals_(literals), pieces_{{std::move(words), {}, false}} {}
    /// Appends a space and `words` unchanged.
    ImapCommand& words(std::string_view words);
    /// Appends a space and a string: quoted if possible, else as a literal. `utf8`: the server accepts UTF-8 in quotes.
    /// The bytes of a literal are not copied: they must outlive the command.
    ImapCommand& string(std::string_view value, bool utf8 = false);
    /// Appends a space and a literal, which is not copied.
    ImapCommand& literal(std::string_view bytes);
    /// False if a string contains NUL, which IMAP cannot represent.
    bool sayable() const { return sayable_; }
    /// The pieces with the final CRLF.
    std::vector<Piece> finish() &&;

  private:
    Literals literals_;
    bool sayable_ = true;
    std::vector<Piece> pieces_;
};

}  // namespace coi::net
