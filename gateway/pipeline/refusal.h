// Why a user's message does not leave, in words for the user. Pure.

#pragma once

#include <string>
#include <vector>

#include "gateway/encryption/openpgp.h"
#include "xmpp/stanza.h"

namespace gateway {

/// An error on the stanza [RFC 6120 §8.3]. The stages of the outgoing pipeline throw it.
struct Refusal {
    std::string type, condition, text;
    bool is_of_blocked = false;  // the condition of [XEP-0191 §3.3] stands beside

    /// The store is not available.
    static Refusal busy(const std::string& lang);
    static Refusal not_known(const std::string& lang);
    static Refusal queue_full(const std::string& lang);
    static Refusal no_address(const std::string& component, const std::string& lang);
    /// The user wrote or did something that has no form in mail.
    static Refusal unreadable(const xmpp::Tag& message, const std::string& lang);
    /// The user has blocked the contact.
    static Refusal blocked(const std::string& contact, const std::string& component, const std::string& lang);
    /// No account: `server` is the user's, whose users may link a mailbox or not.
    static Refusal unregistered(const std::string& server, const std::vector<std::string>& register_domains,
                                const std::string& component, const std::string& lang);
    /// The mail could not be encrypted or written.
    static Refusal not_closed(const EncryptResult&, const std::string& contact, const std::string& lang);
};

}  // namespace gateway
