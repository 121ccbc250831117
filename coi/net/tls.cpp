// OpenSSL's client context and its session cache.
//
// [RFC 6125 §6.4], [RFC 8446 §2.2] resumption. Left out on purpose: OCSP and CRLs (no mail client asks for them).
// Invariant: only a session whose verification went well is kept.

#include "coi/net/tls.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace coi::net {

namespace {

std::string openssl_words() {
    const unsigned long code = ERR_peek_last_error();
    const char* reason = code ? ERR_reason_error_string(code) : nullptr;
    std::string words = reason ? reason : "unknown trouble";
    ERR_clear_error();
    return words;
}

/// The index of an SSL's host, under which its sessions are stored.
int host_index() {
    static const int index = SSL_get_ex_new_index(
        0, nullptr, nullptr, nullptr,
        [](void*, void* host, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(host); });
    return index;
}

/// Stores each new session (TLS 1.3 sends them after the handshake); 1 means that the reference is kept.
int keep_session(SSL* ssl, SSL_SESSION* session) {
    auto* context = static_cast<TlsContext::OpenSsl*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
    const auto* host = static_cast<const std::string*>(SSL_get_ex_data(ssl, host_index()));
    if (!context || !host || SSL_get_verify_result(ssl) != X509_V_OK) return 0;
    auto& sessions = context->sessions;
    if (sessions.size() >= TlsContext::OpenSsl::most_sessions && !sessions.contains(*host))
        sessions.erase(sessions.begin());
    sessions[*host].reset(session);
    return 1;
}

/// True if the system's CA certificates are in a folder by hash: then each is read when it is needed, instead of all at
/// start (about 24 ms and a megabyte).
bool has_hashed_folder() {
    const char* named = std::getenv(X509_get_default_cert_dir_env());
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(named ? named : X509_get_default_cert_dir(), error)) {
        if (entry.path().extension() == ".0") return true;
    }
    return false;
}

}  // namespace

TlsContext::OpenSsl::OpenSsl(const std::string& ca_file) : context(SSL_CTX_new(TLS_client_method())) {
    if (!context) throw std::runtime_error("OpenSSL cannot start: " + openssl_words());
    SSL_CTX* ctx = context.get();
    SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    // RELEASE_BUFFERS takes 34 KiB off an idle connection; the write modes are what a caller with its own buffer needs.
    SSL_CTX_set_mode(ctx,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(ctx, keep_session);
    SSL_CTX_set_app_data(ctx, this);
    const bool by_file = std::getenv(X509_get_default_cert_file_env()) || !has_hashed_folder();
    if ((by_file ? SSL_CTX_set_default_verify_paths(ctx) : SSL_CTX_set_default_verify_dir(ctx)) != 1) {
        throw std::runtime_error("the system's CA certificates cannot be read: " + openssl_words());
    }
    if (!ca_file.empty() && SSL_CTX_load_verify_locations(ctx, ca_file.c_str(), nullptr) != 1) {
        throw std::runtime_error("the CA file " + ca_file + " cannot be read: " + openssl_words());
    }
    ERR_clear_error();
}

Result<SslPtr> TlsContext::OpenSsl::client(int fd, const std::string& host) {
    ERR_clear_error();
    SslPtr ssl(SSL_new(context.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) return tls_error(ssl.get(), host);
    SSL_set_connect_state(ssl.get());
    X509_VERIFY_PARAM* check = SSL_get0_param(ssl.get());
    X509_VERIFY_PARAM_set_hostflags(check, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    // An address literal is checked against iPAddress names and has no SNI [RFC 6066 §3].
    if (X509_VERIFY_PARAM_set1_ip_asc(check, host.c_str()) != 1) {
        ERR_clear_error();
        if (SSL_set1_host(ssl.get(), host.c_str()) != 1 || SSL_set_tlsext_host_name(ssl.get(), host.c_str()) != 1) {
            return tls_error(ssl.get(), host);
        }
    }
    if (SSL_set_ex_data(ssl.get(), host_index(), new std::string(host)) != 1) return tls_error(ssl.get(), host);
    if (const auto known = sessions.find(host); known != sessions.end())
        SSL_set_session(ssl.get(), known->second.get());
    return ssl;
}

Error tls_error(SSL* ssl, const std::string& host) {
    Error error{ErrorKind::tls, false, {}, 0, {}};
    const long verdict = ssl ? SSL_get_verify_result(ssl) : X509_V_OK;
    if (verdict != X509_V_OK) {
        error.certificate = static_cast<int>(verdict);
        error.text = "the certificate of " + host + " is not valid: " + X509_verify_cert_error_string(verdict);
        ERR_clear_error();
    } else {
        error.text = "TLS with " + host + " fails: " + openssl_words();
    }
    return error;
}

CertificateFault certificate_fault(const Error& error) {
    switch (error.kind == ErrorKind::tls ? error.certificate : X509_V_OK) {
        case X509_V_OK:
            return CertificateFault::none;
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return CertificateFault::expired;
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return CertificateFault::not_yet_valid;
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return CertificateFault::wrong_name;
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
            return CertificateFault::unknown_issuer;
        default:
            return CertificateFault::other;
    }
}

TlsContext::TlsContext(const std::string& ca_file) {
    // OpenSSL writes to sockets with write(2), which raises SIGPIPE where the peer is gone.
    std::signal(SIGPIPE, SIG_IGN);
    openssl_ = std::make_unique<OpenSsl>(ca_file);
}
TlsContext::~TlsContext() = default;

}  // namespace coi::net
