// What users are told of OMEMO.

#pragma once

#include <string>

#include "gateway/encryption/omemo_devices.h"
#include "gateway/encryption/policy.h"

namespace gateway::omemo_messages {

/// `contact`: the mail address. `leaves`: how messages written under OMEMO leave the gateway.
std::string started(const std::string& contact, const policy::Answer& leaves, const std::string& lang);
std::string held(const std::string& contact, const std::string& lang);
/// Why: the user's server shows their devices neither to the gateway (`component`) nor to the contact.
std::string refused(const std::string& component, const std::string& lang);
/// Instead of a file that was encrypted for OMEMO, and can be sent by it no more.
std::string file_left_out(const std::string& contact, const std::string& lang);
/// A message came without OMEMO although the user has spoken it.
std::string in_clear(const std::string& contact, const std::string& lang);
/// Why a message is refused.
std::string otr_refused(const std::string& contact, const std::string& lang);
std::string kept_by_otr(const std::string& contact, const std::string& lang);
std::string not_for_us(const std::string& contact, const std::string& lang);
std::string unreadable(const std::string& contact, const std::string& lang);
std::string untrusted(const keys::OmemoDevice&, const std::string& lang);
/// A device that is new, or has another key.
std::string news(OmemoDevices::News, const keys::OmemoDevice&, const std::string& lang);
/// The body of an encrypted message [XEP-0384 §4.4]: for clients that cannot read it.
std::string placeholder(const std::string& lang);
/// "device 17 (01234567 …)".
std::string name_of(const keys::OmemoDevice&, const std::string& lang);

}  // namespace gateway::omemo_messages
