// Text: what somebody wrote, and the subject that a mail needs and a chat does not.
//
// [RFC 6121 §5.2.3, §5.2.4] body and subject; [COI-C "Text Messages"]. Towards Jabber a plain mail's subject stands
// before its text
// ("Subject – text"), because few clients show the <subject/> of a chat message. Attachments are named in the text
// until they can be carried. Left out: XHTML-IM and other markup. Invariant: what is written to Jabber fits into a
// stanza that every server takes.

#pragma once

#include <optional>
#include <string>

#include "coi/message.h"
#include "gateway/account.h"
#include "gateway/event.h"
#include "xmpp/stanza.h"

namespace gateway::text {

/// A body may take this many bytes of XML; the rest is cut, and the reader is told.
inline constexpr std::size_t longest_printed = 190'000;

std::optional<Text> read(const xmpp::Tag& message);
/// `lang`: the reader's language, for what is said about attachments and encryption.
std::optional<Text> read(const coi::Message&, const std::string& lang);
void write(const Text&, xmpp::Tag& message);
/// `mail.subject` holds the running conversation's ("Re: …"), or "" at its beginning.
void write(const Text&, coi::Message& mail, Dialect);
bool carries(const Text&, Dialect);

/// A subject without the "Re:", "AW:" … before it: what the conversation is about.
std::string topic(const std::string& subject);

}  // namespace gateway::text
