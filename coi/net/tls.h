// TLS as a client by OpenSSL: one context per process, sessions for resumption, and errors as text.
//
// [RFC 8446], [RFC 5246] (at least 1.2), [RFC 6125] host check, [RFC 6066 §3] SNI, [RFC 7817]. Left out on purpose:
// client certificates, early data, any way to switch verification off. Invariant: a resumed session was verified for
// exactly the host that it is stored under.

#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "coi/net/connect.h"
#include "coi/net/ssl_ptr.h"

namespace coi::net {

struct TlsContext::OpenSsl {
    explicit OpenSsl(const std::string& ca_file);

    /// Makes a client on the connected non-blocking socket `fd` for `host` (name in A-labels, or address literal): SNI,
    /// host check, and a session of an earlier connection if there is one. nullptr, with OpenSSL's error, if memory is
    /// exhausted or `host` is no name.
    Result<SslPtr> client(int fd, const std::string& host);
    /// After a failed handshake the next one starts without resumption.
    void forget(const std::string& host) { sessions.erase(host); }

    static constexpr std::size_t most_sessions = 4096;
    std::unique_ptr<SSL_CTX, SslFree> context;
    std::unordered_map<std::string, std::unique_ptr<SSL_SESSION, SslFree>> sessions;  // by host
};

/// The error of the last call on `ssl`, for `host`; empties OpenSSL's error queue.
Error tls_error(SSL* ssl, const std::string& host);

}  // namespace coi::net
