// TLS as a client on OpenSSL: one context for the process, sessions kept for resumption, and errors in words.
//
// [RFC 8446], [RFC 5246] (1.2 is the least), [RFC 6125] host check, [RFC 6066 §3] SNI, [RFC 7817]. Left out on purpose:
// client certificates, early data, any way to switch verification off. Invariant: a session that ctx hands out was
// verified for exactly the host it is kept under.

#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <unordered_map>

#include "coi/net/connect.h"

namespace coi::net {

struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

struct TlsContext::OpenSsl {
    explicit OpenSsl(const std::string& ca_file);

    /// A client on the connected non-blocking socket `fd` for `host` (name in A-labels, or address literal): SNI, host
    /// check, and a session of an earlier connection if there is one. nullptr with what OpenSSL says if memory is out
    /// or `host` is no name.
    Result<SslPtr> client(int fd, const std::string& host);
    /// After a failed handshake the next one starts anew.
    void forget(const std::string& host) { sessions.erase(host); }

    static constexpr std::size_t most_sessions = 4096;
    std::unique_ptr<SSL_CTX, SslFree> context;
    std::unordered_map<std::string, std::unique_ptr<SSL_SESSION, SslFree>> sessions;  // by host
};

/// What went wrong in the last call on `ssl`, for `host`; empties OpenSSL's error queue.
Error tls_error(SSL* ssl, const std::string& host);

}  // namespace coi::net
