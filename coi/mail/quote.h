// What a person wrote in a mail, without what the mail program added below it: the mail that is answered, and the
// signature.
//
// No specification: habits of mail programs (coi/mail/attribution, coi/mail/copied_header). What a person wrote never
// goes, so in doubt all stays: chat, mail that answers nothing and forwarded mail keep their quotes, and so do answers
// between quoted lines. Where a quote was, "[…]" is left. Text is never folded to nothing.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/message.h"

namespace coi {

/// What of a mail, beside its text, says whether its quotes may go.
struct Folding {
    bool is_chat = false;               // a chat program shows quotes as they are
    bool answers = false;               // it answers a mail, and forwards none
    bool may_forward = false;           // its subject means an answer in one language and a forward in others ("VS:")
    std::vector<std::string> people{};  // addresses of its sender and readers, in lower case; empty: unknown
};

Folding folding_of(const Message&);

/// `text` (UTF-8, LF) without the quote of the mail that it answers, which leaves "[…]", and without the signature
/// after
/// "-- "; without blank lines at the ends. Its time is linear in the length of the text.
std::string fold_quotes(std::string_view text, const Folding&);

/// The text of a mail, folded.
inline std::string fold_quotes(const Message& mail) { return fold_quotes(mail.text, folding_of(mail)); }

}  // namespace coi
