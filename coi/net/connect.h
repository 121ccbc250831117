// Opens connections: name resolution, policy, order of addresses, TLS.
//
// [RFC 6186], [RFC 8314 §5.1] (SRV of mail services, c-ares), [RFC 6125]. One TlsContext per process: loading the CA
// bundle costs 24 ms.

#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <optional>
#include <string>

#include "coi/mail/address.h"
#include "coi/net/stream.h"

namespace coi::net {

/// The process's TLS client settings: system CAs plus `ca_file` (PEM, "" for none); at least TLS 1.2; session tickets
/// are kept per host for resumption. Verification is never off. Throws std::runtime_error at start-up if a file is
/// unreadable. Ignores SIGPIPE from then on. Must outlive every stream made with it.
class TlsContext {
  public:
    explicit TlsContext(const std::string& ca_file);
    ~TlsContext();
    struct OpenSsl;
    OpenSsl& openssl() { return *openssl_; }

  private:
    std::unique_ptr<OpenSsl> openssl_;
};

/// The fault of a server's certificate, from an Error of kind tls.
enum class CertificateFault { none, expired, not_yet_valid, wrong_name, unknown_issuer, other };
CertificateFault certificate_fault(const Error&);

/// Checks one resolved address, and a port, by the HostPolicy.
bool may_reach(const boost::asio::ip::address& to, const HostPolicy& reach);
bool may_reach_port(std::uint16_t port, const HostPolicy& reach);

/// Returns a connected stream. With Security::tls the handshake is done; with starttls the protocol does it.
awaitable<Result<std::unique_ptr<Stream>>> connect(TlsContext&, const Endpoint&, const HostPolicy&, Timeout timeout);

/// The servers for reading the mailbox `address` and for submission, from SRV records [RFC 6186 §3, RFC 8314 §5.1],
/// with the usual names (imap.DOMAIN, mail.DOMAIN, smtp.DOMAIN) as fallback, in order of preference; TLS before
/// STARTTLS, never without.
struct Discovered {
    std::vector<Endpoint> imap, submission;
};
awaitable<Result<Discovered>> discover(const Address& address, Timeout timeout);

}  // namespace coi::net
