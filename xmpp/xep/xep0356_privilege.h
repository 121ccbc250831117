// Privileged Entity: what the server lets our component do in its users' names.
//
// [XEP-0356 §6] the `iq` permission: asking in a user's name. Left out: roster, message and presence permissions.
// Debian's Prosody speaks this namespace (mod_privilege of prosody-modules); ejabberd 23.01 speaks
// urn:xmpp:privilege:1, which has no iq permission. Messages that an answer consists of come wrapped like the answer
// itself: XEP-0356 does not say how, prosody/mod_privilege_archive.lua does it.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0356 {

inline constexpr const char* ns = "urn:xmpp:privilege:2";

/// Whether this message grants us iqs of type set in `xmlns`; nullopt if it is no word about privileges.
std::optional<bool> grants_set(const Tag& message, const std::string& xmlns);
/// An iq of type set in the name of `user` (bare JID), without its payload: that goes into `inner`, which is the iq's.
/// Both carry `id`.
struct Request {
    Stanza iq;
    Tag* inner;
};
Request ask(const std::string& component, const std::string& user, const std::string& id);
/// The stanza of this name that came for the user and is passed on to us, or nullptr; it stays `stanza`'s.
const Tag* answer(const Tag& stanza, const std::string& name);

}  // namespace xmpp::xep0356
