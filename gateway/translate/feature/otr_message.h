// The OTR tunnel: messages of an OTR session between two Jabber users, through both of their gateways and mail.
//
// coigate's own: a part `application/x-otr` beside words for a person, Chat-Content: org.coigate.otr; and the mark
// Chat-Otr-Tunnel (on, off) in the mails of a user who has switched it on, or off again, for this contact. Towards
// Jabber with the hints of [XEP-0364 §4.3] and [XEP-0380 §3]. Left out: the whitespace tag, version 1, receipts.
// Invariant: what is carried is one whole OTR message, without any other text of the stanza or the mail around it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/translate/feature.h"

namespace gateway::otr_message {

/// The whole message (query, handshake, data, error) that a body is, as it is carried: a query as its bare offer of
/// versions 2 and 3. nullopt: plain text, a tag, a fragment, version 1, too long for a stanza, or nothing known.
std::optional<std::string> whole(std::string_view body);

/// Without `words`, which the caller fills.
bool read(const xmpp::Tag& message, Event&);
bool read(const coi::Message&, const std::string& lang, Event&);
void write(const Event&, xmpp::Tag& message);
void write(const Event&, coi::Message&, Dialect);
/// The message that a mail carries (only its part, no words of ours).
std::optional<OtrMessage> read(const coi::Message&);

extern const Feature feature;

/// Both sides have it on.
bool stands(const Privacy&);
/// The mark, in a mail to this contact; nothing where the tunnel was never switched on.
void add_mark(coi::Message&, const Privacy&);
/// What the writer of a mail says of it; nullopt: nothing. Whether that is to be believed is the caller's to know.
std::optional<bool> mark(const coi::Message&);
/// What a person reads where an OTR message is not understood.
std::string words(const std::string& lang);

}  // namespace gateway::otr_message
