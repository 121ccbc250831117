// See tls_server.h.

#include "coi/net/tls_server.h"

#include <openssl/err.h>

#include <csignal>
#include <stdexcept>

namespace coi::net {

namespace {

std::string words() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    std::string said = reason ? reason : "unknown trouble";
    ERR_clear_error();
    return said;
}

}  // namespace

TlsServer::TlsServer(const std::string& certificate, const std::string& key)
    : context_(SSL_CTX_new(TLS_server_method())) {
    SSL_CTX* ctx = context_.get();
    if (!ctx) throw std::runtime_error("OpenSSL cannot start: " + words());
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_default_passwd_cb(ctx, [](char*, int, int, void*) { return -1; });  // nobody is there to ask
    if (SSL_CTX_use_certificate_chain_file(ctx, certificate.c_str()) != 1)
        throw std::runtime_error(certificate + " cannot be used as a certificate: " + words());
    // The second call finds a key of another kind than the certificate's.
    if (SSL_CTX_use_PrivateKey_file(ctx, key.c_str(), SSL_FILETYPE_PEM) != 1 || SSL_CTX_check_private_key(ctx) != 1)
        throw std::runtime_error(key + " cannot be used as the key of " + certificate + ": " + words());
    std::signal(SIGPIPE, SIG_IGN);
}

Result<SslPtr> TlsServer::accept(int fd) const {
    SslPtr ssl(SSL_new(context_.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) return Error{ErrorKind::tls, false, "no TLS: " + words(), 0, {}};
    SSL_set_accept_state(ssl.get());
    return ssl;
}

}  // namespace coi::net
