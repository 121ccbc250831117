// Owners of OpenSSL's objects.

#pragma once

#include <openssl/ssl.h>

#include <memory>

namespace coi::net {

struct SslFree {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
};
using SslPtr = std::unique_ptr<SSL, SslFree>;

}  // namespace coi::net
