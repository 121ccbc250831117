// Explains to a user why a mail server could not be used, and the remedy.
//
// A server's own text is never part of it: users may name any host, and the gateway must not serve as a port scanner.

#pragma once

#include <string>

#include "coi/net/endpoint.h"
#include "coi/result.h"

namespace gateway {

/// How the server of a mailbox that is being linked was found.
struct LinkContext {
    bool named = true;   // by the user; else discovered from the domain
    std::string domain;  // of the user's address
};
/// Explains a failure while a mailbox is linked. `oauth`: the password is a token.
std::string server_trouble(const std::string& lang, const coi::net::Endpoint& server, const coi::Error&, bool oauth,
                           const LinkContext&);
enum class NextAttempt { by_itself, by_user };
/// Explains the failure of a server that worked when its mailbox was linked.
std::string trouble_words(const std::string& lang, const coi::net::Endpoint& server, bool oauth, const coi::Error&,
                          NextAttempt = NextAttempt::by_itself);

}  // namespace gateway
