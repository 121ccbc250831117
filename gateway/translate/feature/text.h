// Text: what somebody wrote, and the subject that a mail needs and a chat does not.
//
// [RFC 6121 §5.2.3, §5.2.4] body and subject; [COI-C "Text Messages"]. Towards Jabber a plain mail's subject stands
// before its text
// ("Subject – text"), because few clients show the <subject/> of a chat message. What a mail has beside it stands
// below in words (placeholder.h). Left out: XHTML-IM and other markup. Invariant: what is written to Jabber fits into a
// stanza that every server takes.

#pragma once

#include <string>
#include <string_view>

#include "gateway/translate/feature.h"

namespace gateway::text {

/// A body may take this many bytes of XML; the rest is cut, and the reader is told.
inline constexpr std::size_t longest_printed = 190'000;

/// Begins the subject that a first chat message gets from its words.
inline constexpr std::string_view chat_subject = "Chat: ";

bool read(const xmpp::Tag& message, Event&);
/// `lang`: the reader's language, for what is said about attachments and encryption.
bool read(const coi::Message&, const std::string& lang, Event&);
void write(const Event&, xmpp::Tag& message);
/// `mail.subject` holds the running conversation's ("Re: …"), or "" at its beginning.
void write(const Event&, coi::Message& mail, Dialect);

extern const Feature feature;

/// `words`, which a person has to see first, before the text and its subject.
void put_before(Text&, const std::string& words);
/// Below a text that was cut: where its reader finds all of it.
void add_where_the_rest_is(Text&, bool in_mailbox, const std::string& lang);

/// A subject without the "Re:", "AW:" … before it: what the conversation is about.
std::string topic(const std::string& subject);
/// At most `bytes` of UTF-8, never half a character.
std::string_view head(std::string_view text, std::size_t bytes);
/// `text` with every run of blanks and line ends as one space, and none at its ends.
std::string one_line(std::string_view text);
/// Who wrote it, in a line of the gateway's: the display name, else the address.
std::string person(const coi::Address&);

}  // namespace gateway::text
