// TLS as a server by OpenSSL: a certificate and its key, read at start and again when they were renewed.
//
// [RFC 8446], [RFC 5246] (at least 1.2). Left out on purpose: client certificates, several names, early data.

#pragma once

#include <string>

#include "coi/net/ssl_ptr.h"
#include "coi/result.h"

namespace coi::net {

class TlsServer {
  public:
    /// PEM files: the certificate with its chain, and the key. Throws std::runtime_error that names the file.
    TlsServer(const std::string& certificate, const std::string& key);

    /// Makes a server on the connected non-blocking socket `fd`.
    Result<SslPtr> accept(int fd) const;

  private:
    std::unique_ptr<SSL_CTX, SslFree> context_;
};

}  // namespace coi::net
