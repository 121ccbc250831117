// Privileged Entity: what the server lets the component do on behalf of its users.
//
// [XEP-0356 §4] the `roster` permission, [§5] the `message` permission: messages on behalf of a user, [§6] the `iq`
// permission: requests on behalf of a user. Left out: the presence permission.
// Debian's Prosody uses this namespace (mod_privilege of prosody-modules); ejabberd 23.01 uses urn:xmpp:privilege:1,
// which has no iq permission. Messages that belong to an answer are wrapped like the answer itself: XEP-0356 does not
// define that, prosody/mod_privilege_archive.lua does it.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0356 {

inline constexpr const char* ns = "urn:xmpp:privilege:2";
inline constexpr const char* ns_before = "urn:xmpp:privilege:1";

/// Whether this message grants iqs of this type ("get", "set") in `xmlns`; nullopt if it is not about privileges.
std::optional<bool> grants_iq(const Tag& message, const std::string& xmlns, const std::string& type);
/// Whether this message grants reading and changing contact lists, in the namespace of either version; nullopt if it is
/// not about privileges.
std::optional<bool> grants_roster(const Tag& message);
/// Whether this message grants messages on behalf of the users that are also copied to them and archived; nullopt if it
/// is not about privileges. ejabberd 23.01 only sends them on, which nobody would see: what it grants does not count.
std::optional<bool> grants_messages(const Tag& message);
/// The message that lets `server` send `message`, whose `from` is the bare JID of one of its users, on the user's
/// behalf. It has the id of `message`.
Stanza on_behalf(const std::string& component, const std::string& server, const Tag& message);
/// An iq of this type on behalf of `user` (bare JID), without its payload, which goes into `inner`, owned by the iq.
/// Both have `id`.
struct Request {
    Stanza iq;
    Tag* inner;
};
Request ask(const std::string& component, const std::string& user, const std::string& id, const std::string& type);
/// The stanza of this name for the user that the server forwards to the component, or nullptr; `stanza` owns it.
const Tag* answer(const Tag& stanza, const std::string& name);

}  // namespace xmpp::xep0356
