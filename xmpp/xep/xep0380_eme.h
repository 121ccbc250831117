// Explicit message encryption: which one a message is encrypted with, for those who cannot read it.
//
// [XEP-0380 §3]. The name is left out: these namespaces have names of their own.

#pragma once

#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0380 {

inline constexpr const char* ns = "urn:xmpp:eme:0";

/// The encryptions that it names.
inline constexpr const char* otr = "urn:xmpp:otr:0";
inline constexpr const char* legacy_openpgp = "jabber:x:encrypted";
inline constexpr const char* openpgp = "urn:xmpp:openpgp:0";
inline constexpr const char* omemo = "eu.siacs.conversations.axolotl";
inline constexpr const char* omemo_1 = "urn:xmpp:omemo:1";
inline constexpr const char* omemo_2 = "urn:xmpp:omemo:2";

/// The namespace of the encryption that the message says it has; nullopt: it says none.
std::optional<std::string> encryption(const Tag& message);
void add_encryption(Tag& message, const std::string& encryption);
/// The encryption whose payload the message carries, named by it or not; nullopt: none that is known here (OTR has no
/// element, only its body).
std::optional<std::string> payload(const Tag& message);

}  // namespace xmpp::xep0380
