// Explanations of failures of mail servers; see server_trouble.h.

#include "gateway/transport/server_trouble.h"

#include "coi/net/connect.h"
#include "gateway/localization.h"

namespace gateway {
namespace {

using coi::ErrorKind;
using coi::net::CertificateFault;

std::string certificate_words(const std::string& lang, CertificateFault fault, const std::string& host) {
    switch (fault) {
        case CertificateFault::expired:
            return say(lang, "The certificate of {1} has expired. Tell its operator; your password was not sent.",
                       {host});
        case CertificateFault::not_yet_valid:
            return say(lang, "The certificate of {1} is not valid yet. Tell its operator; your password was not sent.",
                       {host});
        case CertificateFault::wrong_name:
            return say(
                lang,
                "The certificate there is not for {1}. Check the server's name in your provider's instructions; your "
                "password was not sent.",
                {host});
        case CertificateFault::unknown_issuer:
            return say(lang,
                       "The certificate of {1} comes from an authority that is not known here. Ask the operator of "
                       "this gateway to "
                       "trust it; your password was not sent.",
                       {host});
        default:
            return say(lang, "The certificate of {1} is not valid. Tell its operator; your password was not sent.",
                       {host});
    }
}

}  // namespace

std::string server_trouble(const std::string& lang, const coi::net::Endpoint& server, const coi::Error& error,
                           bool oauth, const LinkContext& link) {
    const std::string& host = server.host;
    const std::string port = std::to_string(server.port);
    switch (error.kind) {
        case ErrorKind::not_found:
            if (link.named) return say(lang, "There is no server {1}. Check its name.", {host});
            return say(lang, "No mail server was found for {1}. Give the IMAP and SMTP servers of your provider too.",
                       {link.domain});
        case ErrorKind::unresolved:
            return say(lang, "The name {1} cannot be looked up now: no name server answers. Try again later.",
                       {link.named ? host : link.domain});
        case ErrorKind::auth:
            if (!error.permanent) return say(lang, "{1} cannot check passwords now. Try again later.", {host});
            if (oauth) {
                return say(
                    lang,
                    "{1} refuses the user name or the OAuth token. A token is valid for a short time only: get a "
                    "fresh one.",
                    {host});
            }
            return say(lang,
                       "{1} refuses the user name or the password. Some providers want a password of its own for each "
                       "app, or IMAP "
                       "to be switched on in their settings.",
                       {host});
        case ErrorKind::tls:
            if (const auto fault = coi::net::certificate_fault(error); fault != CertificateFault::none) {
                return certificate_words(lang, fault, host);
            }
            return say(lang,
                       "{1} cannot be spoken to encrypted on port {2}. Check the port, and try the other security "
                       "setting (tls or "
                       "starttls).",
                       {host, port});
        case ErrorKind::forbidden:
            return say(
                lang,
                "{1} is on a private network, and this gateway may not connect there. Ask its operator to allow it.",
                {host});
        case ErrorKind::unsupported:
            return say(lang,
                       "{1} does not offer on port {2} what is needed: encryption, and a login by password. Check the "
                       "port and the "
                       "security setting.",
                       {host, port});
        case ErrorKind::timeout:
        case ErrorKind::unreachable:
            return say(lang,
                       "{1} does not answer on port {2}. Check the server's name and the port, or try again later.",
                       {host, port});
        default:
            return say(
                lang,
                "What answers at {1} on port {2} is not the mail server that is needed. Check the name and the port.",
                {host, port});
    }
}

std::string trouble_words(const std::string& lang, const coi::net::Endpoint& server, bool oauth,
                          const coi::Error& error, NextAttempt next) {
    const bool by_itself = next == NextAttempt::by_itself;
    switch (error.kind) {
        case ErrorKind::auth:
        case ErrorKind::tls:
        case ErrorKind::not_found:
        case ErrorKind::unresolved:
        case ErrorKind::forbidden:
        case ErrorKind::unsupported:
        case ErrorKind::timeout:
        case ErrorKind::unreachable:
            return server_trouble(lang, server, error, oauth, {true, {}});
        case ErrorKind::closed:
            return by_itself ? say(lang, "{1} has ended the connection. It is tried again by itself.", {server.host})
                             : say(lang, "{1} has ended the connection. Please try again later.", {server.host});
        default:
            return by_itself
                       ? say(lang, "{1} did not do what was asked of it. It is tried again by itself.", {server.host})
                       : say(lang, "{1} did not do what was asked of it. Please try again later.", {server.host});
    }
}

}  // namespace gateway
