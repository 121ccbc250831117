// What went wrong on the mail side, as a value: Result<T> is a T or an Error.
// Exceptions are for start-up and for bugs only; every parser and every session of coi/ returns a Result.

#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace coi {

/// Why an operation failed; the caller decides by this, never by the text.
enum class ErrorKind {
    malformed,    // the bytes break the grammar
    limit,        // the bytes break one of our Limits
    refused,      // the peer said no (`code` and `enhanced` hold its words in SMTP; IMAP's NO and BAD)
    auth,         // the peer refused the login
    not_found,    // the host name does not exist
    unresolved,   // nobody tells whether the host name exists
    forbidden,    // our own policy says no (private address, unusual port, no TLS where it is required)
    unreachable,  // no connection
    tls,          // handshake or certificate
    timeout,      // the peer did not answer in time
    closed,       // the connection ended
    unsupported,  // the peer cannot do what is needed
};

/// At which command an SMTP server said no: of the same code it says different things.
enum class SmtpStep { none, sender, recipient, content };

/// `text` is UTF-8, for a log or a person; it never holds a password or a message body.
struct Error {
    ErrorKind kind;
    bool permanent = false;  // true: trying again changes nothing
    std::string text;
    int code = 0;          // SMTP reply code [RFC 5321 §4.2], 0 if there was none
    std::string enhanced;  // enhanced status code such as "5.1.1" [RFC 3463], "" if there was none
    int certificate = 0;   // with kind tls: OpenSSL's X509_V_ERR_…, 0 if the certificate is not the trouble
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
