// Delayed delivery: when a delayed stanza was first sent.
//
// [XEP-0203 §2]; the stamp is [XEP-0082 §3.2] DateTime. Left out: the old jabber:x:delay.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "xmpp/stanza.h"

namespace xmpp::xep0203 {

inline constexpr const char* ns = "urn:xmpp:delay";
using Stamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// nullopt if there is no delay or its stamp is no date.
std::optional<Stamp> delay(const Tag& stanza);
/// `from`: the entity that delayed the stanza.
void add_delay(Tag& stanza, Stamp, const std::string& from);
std::optional<Stamp> parse_stamp(const std::string&);  // [XEP-0082 §3.2]
std::string print_stamp(Stamp);                        // in UTC, with milliseconds if there are any

}  // namespace xmpp::xep0203
