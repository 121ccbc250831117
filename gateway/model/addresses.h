// Mail addresses as JIDs of the component, and Jabber users as mail addresses of the relay domain.
//
// [XEP-0106] `bob\40example.org@coi.jabber.example`; `bob%example.org@…` is understood too. IDNs are U-labels in JIDs
// and A-labels on the wire. In a local part only ASCII letters are case-folded for mail; characters that a Jabber
// server would change beyond that (case, ß, soft hyphens, full width) are written as escaped UTF-8 bytes,
// `strau\c3\9f\40example.org`.
// Invariant: address_of(jid_of(a)) is a, and no two mailboxes share a JID.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coi/mail/address.h"
#include "gateway/model/account.h"
#include "xmpp/stanza.h"

namespace gateway {

/// The contact's JID at our component; nullopt where the address cannot be a JID (too long, forbidden characters).
std::optional<xmpp::JID> jid_of(const coi::Address&, const std::string& component);
/// The JID that the user wrote to last, for example with the node `bob%example.org` or an A-label: a client identifies
/// a contact by its JID.
std::optional<xmpp::JID> jid_of(const Contact&, const std::string& component);
/// `met`: the contact, nullptr if there is none yet.
std::optional<xmpp::JID> jid_of(const Contact* met, const coi::Address&, const std::string& component);
/// All bare JIDs that the user uses for the contact.
std::vector<std::string> jids_of(const Contact&, const std::string& component);
/// Notes that the user uses this JID for the contact; `writes`: the user has just written to it. True if the contact
/// changed and must be saved.
bool use_spelling(Contact&, const xmpp::JID&, const std::string& component, bool writes);
/// `xmpp:` and the bare JID, as a link that opens a chat [RFC 5122 §2.2, §2.5], [XEP-0147 §3.1].
std::string uri_of(const xmpp::JID&);
/// The gateway itself: its domain, or `gateway` at it, because clients refuse to start a chat with a domain.
bool is_gateway(const xmpp::JID&);
/// An address as people paste it: "Bob <bob@example.org>", a mailto: link [RFC 6068 §2], or a JID of the component.
/// nullopt if there is none, or more than one.
std::optional<coi::Address> address_typed(const std::string& text, const std::string& component);
/// The address a component JID's node stands for; nullopt if it is none.
std::optional<coi::Address> address_of(const xmpp::JID&);
/// alice@jabber.example as a mail address (node unescaped), nullopt if it cannot be one.
std::optional<coi::Address> relay_address_of(const xmpp::JID& user);
/// The bare JID (normalised) that a relay address stands for.
std::optional<xmpp::JID> user_of(const coi::Address& relay_address);
/// The bare, normalised form of a JID given as text; nullopt if it is none.
std::optional<std::string> bare(const std::string& jid);

}  // namespace gateway
