// Checks a mailbox that a user links: finds its servers, tries the login on IMAP and SMTP, and explains a failure.
//
// [RFC 6186], [RFC 8314]. Runs before a registration is answered, within seconds. HostPolicy checks hosts that a user
// names; a server's banner is never shown to the user (the gateway must not serve as a port scanner).

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "coi/net/connect.h"
#include "gateway/model/account.h"

namespace gateway {

/// What the user filled in; missing servers are discovered from the address.
struct LinkRequest {
    coi::Address address;
    std::string password;
    std::string username;  // "": the address, then its local part
    bool oauth = false;
    std::optional<coi::net::Endpoint> imap, smtp;
};

/// Success: the login to store. Failure: a text for the user in `lang` that names the cause (name not found,
/// certificate, password, port, forbidden address) and the remedy.
struct LinkOutcome {
    std::optional<MailboxLogin> login;
    std::string words;
    std::vector<Cursor> start = {};  // where reading starts: the ends of the folders at the time of the check
};

/// Time limits of a check. A server that got wrong passwords before (Dovecot counts them per client address) delays its
/// answer to the right one for up to 15 s.
struct LinkPatience {
    std::chrono::milliseconds all = std::chrono::seconds(28);
    std::chrono::milliseconds names = std::chrono::seconds(3);  // for discovery of the servers
    std::chrono::milliseconds imap = std::chrono::seconds(20);  // of the remaining time; SMTP gets the rest
};

coi::net::awaitable<LinkOutcome> check_link(coi::net::TlsContext&, const coi::net::HostPolicy&, LinkRequest,
                                            std::string ehlo_name, std::string lang, LinkPatience = LinkPatience());

/// "imap.example.org:993" with "tls"/"starttls" from the registration form; "" means the port's default (tls; starttls
/// on 143, 587, 25 and 2525). Without a port the result has port 0, and check_link uses the default. nullopt if this is
/// no server.
std::optional<coi::net::Endpoint> parse_endpoint(const std::string& host_port, const std::string& security);

}  // namespace gateway
