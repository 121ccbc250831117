// Why a mail server did not take a message: one reason out of its codes and words, said to the user and their client.
//
// [RFC 3463] the enhanced status first, where it is precise; then the server's well-known words, because many servers
// say 550 or 5.7.1 of everything; then the command and the reply code [RFC 5321 §4.2.3]: 550 to RCPT is an unknown
// mailbox, 550 to the mail itself is not.

#pragma once

#include <string>
#include <string_view>

#include "coi/result.h"

namespace gateway::smtp_refusal {

enum class Why {
    late,        // given up, nobody said no
    no_domain,   // the mail domain does not exist
    no_mailbox,  // it has no such mailbox
    closed,      // the mailbox, or the domain, takes no mail
    full,        // the mailbox is full
    too_large,   // the message is too large
    content,     // taken for spam, or something in it is forbidden
    too_many,    // the sender has sent too much
    sender,      // the sender's address is not accepted
    forbidden,   // not accepted by policy
    unknown,
};

Why why(const coi::Error&);

/// The stanza error's condition and type [RFC 6120 §8.3.3].
struct Condition {
    const char* condition;
    const char* type;
};
Condition condition_of(const coi::Error&);

/// In words for a Jabber user, with the server's own at the end, quoted, where there are any.
std::string words(const coi::Error&, const std::string& address, const std::string& lang);

/// A mail server's words as they may be quoted: one short line, nothing that looks like our own words, and no host or
/// address but the one that it is `about`.
std::string quotable(std::string_view said, std::string_view about);

/// What a report says of a recipient, as if the server had said so to us.
coi::Error error_of_report(std::string_view status, std::string_view diagnostic);

}  // namespace gateway::smtp_refusal
