// Linking a mailbox: finds the servers, tries the login on IMAP and SMTP, and says in plain words what failed.
//
// [RFC 6186], [RFC 8314]. Runs before a registration is answered, within seconds. Hosts that a user names are checked
// by HostPolicy; what a server says as its banner is never shown to the user (no port scanner through us).

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "coi/net/connect.h"
#include "gateway/model/account.h"

namespace gateway {

/// What a user fills in; servers that are missing are discovered from the address.
struct LinkRequest {
    coi::Address address;
    std::string password;
    std::string username;  // "": the address, then its local part
    bool oauth = false;
    std::optional<coi::net::Endpoint> imap, smtp;
};

/// Success: the login to store. Failure: words for the user, in `lang`, that name what failed (name not found,
/// certificate, password, port, forbidden address) and what to do.
struct LinkOutcome {
    std::optional<MailboxLogin> login;
    std::string words;
    std::vector<Cursor> start = {};  // where reading begins: the folders' ends when the login was checked
};

/// How long a check may take. A server that was given wrong passwords before (Dovecot, for one, counts them by our
/// address) holds back its answer to the right one for up to 15 s.
struct LinkPatience {
    std::chrono::milliseconds all = std::chrono::seconds(28);
    std::chrono::milliseconds names = std::chrono::seconds(3);  // to find the servers
    std::chrono::milliseconds imap = std::chrono::seconds(20);  // of what is left; SMTP gets the rest
};

coi::net::awaitable<LinkOutcome> check_link(coi::net::TlsContext&, const coi::net::HostPolicy&, LinkRequest,
                                            std::string ehlo_name, std::string lang, LinkPatience = LinkPatience());

/// What is wrong with a server that was all right when its mailbox was linked, and what to do.
std::string trouble_words(const std::string& lang, const coi::net::Endpoint& server, bool oauth, const coi::Error&);

/// "imap.example.org:993" with "tls"/"starttls" as the registration form has it; "" means what the port is for (tls, or
/// starttls on 143, 587, 25 and 2525). Without a port it is 0, and check_link takes the usual one. nullopt if this is
/// no server.
std::optional<coi::net::Endpoint> parse_endpoint(const std::string& host_port, const std::string& security);

}  // namespace gateway
