// The seam between the networks: the table of features, and the two ways through it.
//
// An Event is read from a stanza or a mail by the first feature that knows it, and written by the feature of its kind.
// Adding a feature is adding gateway/feature/NAME.{h,cpp} and one row in translate.cpp.

#pragma once

#include <optional>

#include "coi/message.h"
#include "gateway/account.h"
#include "gateway/event.h"
#include "xmpp/stanza.h"

namespace gateway {

/// What a stanza of a user to a contact says; nullopt if nothing that mail could carry (chat states, empty messages).
/// Fills user, stanza, wants_receipt, lang, what; the caller fills contact and message.
std::optional<Event> read(const xmpp::Tag& stanza);
/// What a mail says to a user; nullopt if nothing (a receipt for nothing, an empty mail).
std::optional<Event> read(const coi::Message&);
/// The <message/> from `from` (the contact's JID) to `to`; id and children from the event.
xmpp::Stanza write_stanza(const Event&, const xmpp::JID& from, const xmpp::JID& to);
/// The mail from `own` to the contact, threaded by what the conversation knows.
coi::Message write_mail(const Event&, const coi::Address& own, const Contact& conversation);

}  // namespace gateway
