// Errors of the mail side as values: Result<T> is a T or an Error.
// Exceptions are only for start-up and for bugs; every parser and every session of coi/ returns a Result.

#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace coi {

/// Why an operation failed; callers decide by this, never by the text.
enum class ErrorKind {
    malformed,    // the bytes violate the grammar
    limit,        // the bytes exceed one of the Limits
    refused,      // the peer refused (SMTP: with `code` and `enhanced`; IMAP: NO and BAD)
    auth,         // the peer refused the login
    not_found,    // the host name does not exist
    unresolved,   // no name server answers for the host name
    forbidden,    // forbidden by policy (private address, unusual port, no TLS where it is required)
    unreachable,  // no connection
    tls,          // handshake or certificate
    timeout,      // the peer did not answer in time
    closed,       // the connection ended
    unsupported,  // the peer does not support what is needed
};

/// The command that an SMTP server refused: the same code means different things.
enum class SmtpStep { none, sender, recipient, content };

/// `text` is UTF-8, for a log or a person; it never contains a password or a message body.
struct Error {
    ErrorKind kind;
    bool permanent = false;  // true: another attempt would fail too
    std::string text;
    int code = 0;          // SMTP reply code [RFC 5321 §4.2], 0 if there was none
    std::string enhanced;  // enhanced status code such as "5.1.1" [RFC 3463], "" if there was none
    int certificate = 0;   // with kind tls: OpenSSL's X509_V_ERR_…, 0 if the certificate is not the cause
    SmtpStep step = SmtpStep::none;
};

template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("unchecked error: " + error.text);
}

inline Error malformed(std::string text) { return {ErrorKind::malformed, true, std::move(text), 0, {}}; }
inline Error over_limit(std::string text) { return {ErrorKind::limit, true, std::move(text), 0, {}}; }

}  // namespace coi
