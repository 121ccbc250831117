// The seam between the networks: the table of features, and the two ways through it.
//
// An Event is read from a stanza or a mail by the features that know it, and written by those of its contents. Adding a
// feature is adding gateway/translate/feature/NAME.{h,cpp} and one row in translate.cpp.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/translate/feature.h"

namespace gateway {

/// What a stanza of a user to a contact says; nullopt if nothing that mail could carry (chat states, empty messages).
/// Fills user, stanza, when (if it was delayed), about, wants_receipt, lang, contents; the caller fills contact and
/// message.
std::optional<Event> read(const xmpp::Tag& stanza);
/// The OTR message that a stanza is, for a tunnel that stands (gateway/encryption/otr_tunnel), and for nothing else:
/// read() answers nullopt to it.
std::optional<Event> read_tunnelled(const xmpp::Tag& stanza);
/// What a mail says to a user; nullopt if nothing (a receipt for nothing, an empty mail). Fills contact, message, when,
/// about, wants_receipt, contents; the caller fills user and stanza. `lang`: the reader's, for what is said about
/// attachments.
std::optional<Event> read(const coi::Message&, const std::string& lang = {});
/// Whether this is written as a mail at all: what a mail program would only be bothered by, is not.
bool carries(const Event&, Dialect);
/// What the user is told if it is not written; "": nothing.
std::string not_carried(const Event&, const std::string& lang);
/// Which earlier messages the event may refer to.
RefersTo refers_to(const Event&);
/// To be called after the look-up of the referenced message (gateway/store/resolve).
void resolved(Event&, const Resolution&);
/// The features that contacts announce by service discovery [XEP-0030 §3].
std::vector<const char*> disco_features();
/// What those of a dialect say of these features.
std::vector<xmpp::xep0004::Form> disco_forms(Dialect);
/// True for a message that a client encrypted for somebody else than us (OMEMO, OpenPGP, OTR): its text is only a
/// notice. read() answers nullopt to it; the sender is told.
bool is_end_to_end_encrypted(const xmpp::Tag& stanza);
/// True for what a user wrote or did and hears of if it goes nowhere: text, even if it is blank; what is sealed; a
/// reaction, a retraction, a call. False for what programs say by themselves.
bool says_something(const xmpp::Tag& stanza);
/// The <message/> from `from` (the contact's JID) to `to`; id and children from the event.
xmpp::Stanza write_stanza(const Event&, const xmpp::JID& from, const xmpp::JID& to);
/// The mail from `own` to the contact, threaded by what the conversation knows. Without a date if the event has no
/// time.
coi::Message write_mail(const Event&, const coi::Address& own, const Contact& conversation);

}  // namespace gateway
