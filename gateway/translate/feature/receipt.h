// Receipts: it arrived, it was seen.
//
// In Jabber [XEP-0184] <received/> and [XEP-0333] <displayed/>; in mail a disposition notification [RFC 8098 §3], asked
// for by Chat-Disposition-Notification-To [COI-C "Requesting Read Receipts"]. A mail says "seen"; "arrived" has no mail
// that a chat client would send, so it is not written to anyone (translate.h: carries).

#pragma once

#include <optional>
#include <string>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "xmpp/stanza.h"

namespace gateway::receipt {

std::optional<Receipt> read(const xmpp::Tag& message);
std::optional<Receipt> read(const coi::Message&, const std::string& lang);
void write(const Receipt&, xmpp::Tag& message);
void write(const Receipt&, coi::Message&, Dialect);
bool carries(const Receipt&, Dialect);

}  // namespace gateway::receipt
