// Receipts: it arrived, it was seen.
//
// In Jabber [XEP-0184] <received/> and [XEP-0333] <displayed/>; in mail a disposition notification [RFC 8098 §3], asked
// for by Chat-Disposition-Notification-To [COI-C "Requesting Read Receipts"]. A mail says "seen"; "arrived" has no mail
// that a chat client would send, so it is not written to anyone.

#pragma once

#include <string>
#include <vector>

#include "gateway/translate/feature.h"

namespace gateway::receipt {

bool read(const xmpp::Tag& message, Event&);
bool read(const coi::Message&, const std::string& lang, Event&);
void write(const Event&, xmpp::Tag& message);
void write(const Event&, coi::Message&, Dialect);
bool carries(const Event&, Dialect);
/// The user has seen these messages, oldest first: chatmail names all in one mail, the others in one each.
std::vector<Event> of_messages(const Event&, std::vector<coi::MessageId> messages, Dialect);

extern const Feature feature;

}  // namespace gateway::receipt
