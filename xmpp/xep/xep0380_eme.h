// Explicit message encryption: names the encryption of a message, for clients that cannot decrypt it.
//
// [XEP-0380 §3]. The name attribute is left out: these namespaces are well known.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0380 {

inline constexpr const char* ns = "urn:xmpp:eme:0";

/// The known encryptions.
inline constexpr const char* otr = "urn:xmpp:otr:0";
inline constexpr const char* legacy_openpgp = "jabber:x:encrypted";
inline constexpr const char* openpgp = "urn:xmpp:openpgp:0";
inline constexpr const char* omemo = "eu.siacs.conversations.axolotl";
inline constexpr const char* omemo_1 = "urn:xmpp:omemo:1";
inline constexpr const char* omemo_2 = "urn:xmpp:omemo:2";

/// The namespace of the encryption that the message declares; nullopt if it declares none.
std::optional<std::string> encryption(const Tag& message);
void add_encryption(Tag& message, const std::string& encryption);
/// The encryption whose payload the message contains, declared or not; nullopt: none of the known ones (OTR has no
/// element, only a body).
std::optional<std::string> payload(const Tag& message);

}  // namespace xmpp::xep0380
