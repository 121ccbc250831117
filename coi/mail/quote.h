// Removes from a mail's text what the mail program added below it: the quote of the answered mail, and the signature.
//
// There is no specification, only habits of mail programs (coi/mail/attribution, coi/mail/copied_header). The author's
// own text is never removed, so in doubt everything stays: chat messages, mail that answers nothing and forwarded mail
// keep their quotes, and so do answers between quoted lines. "[…]" is put in place of a removed quote. A text never
// becomes empty.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/message.h"

namespace coi {

/// Properties of the mail that decide whether its quotes may be removed.
struct Folding {
    bool is_chat = false;      // a chat program shows quotes as they are
    bool answers = false;      // it is an answer, and no forward
    bool may_forward = false;  // its subject prefix means an answer in one language and a forward in others ("VS:")
    bool has_files = false;    // of a chat: they may be all that it says
    std::vector<std::string> people{};  // addresses of its sender and recipients, in lower case; empty: unknown
};

Folding folding_of(const Message&);

/// Whether a line of a text is a quoted one: not ">:-(", nor ">From " of mailbox files.
bool is_quote(std::string_view line);
/// Bytes of the quoted lines at the start of `text`: of those that begin before `end`.
std::size_t leading_quote(std::string_view text, std::size_t end = std::string_view::npos);

/// `text` (UTF-8, LF) with the quote of the answered mail replaced by "[…]", and without the signature after "-- ";
/// without blank lines at both ends. Linear in the length of the text.
std::string fold_quotes(std::string_view text, const Folding&);

/// The lines of the signature that fold_quotes removes, without "-- "; "" if there is none.
std::string signature(std::string_view text, const Folding&);

/// The text of a mail without quote and signature.
inline std::string fold_quotes(const Message& mail) { return fold_quotes(mail.text, folding_of(mail)); }

}  // namespace coi
