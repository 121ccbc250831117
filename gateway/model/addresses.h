// Who is who: mail addresses as JIDs of the component, and Jabber users as mail addresses of the relay domain.
//
// [XEP-0106] `bob\40example.org@coi.jabber.example`; `bob%example.org@…` is understood too. IDNs are U-labels in JIDs
// and A-labels on the wire. Mail folds a local part's ASCII letters only; what a Jabber server would change beyond that
// (case, ß, soft hyphens, full width) stands as its UTF-8 bytes, `strau\c3\9f\40example.org`.
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
/// The same as the user wrote to them last: `bob%example.org`, an A-label. A client knows a contact by its JID alone.
std::optional<xmpp::JID> jid_of(const Contact&, const std::string& component);
/// `met`: what is known of them, nullptr if nothing.
std::optional<xmpp::JID> jid_of(const Contact* met, const coi::Address&, const std::string& component);
/// Every JID (bare) by which the user knows them.
std::vector<std::string> jids_of(const Contact&, const std::string& component);
/// The user knows them by this JID, and has just written to it (`writes`). True if that is news, which is to be saved.
bool use_spelling(Contact&, const xmpp::JID&, const std::string& component, bool writes);
/// An address as people have it in their clipboard: "Bob <bob@example.org>", a mailto: link [RFC 6068 §2], a JID of
/// ours; nullopt if it is none, or several.
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
