// SASL for IMAP and SMTP clients: selects the best mechanism of both sides and makes its messages.
//
// [RFC 4422], [RFC 4616] PLAIN, LOGIN, [RFC 5802]/[RFC 7677] SCRAM by libgsasl, [RFC 7628] OAUTHBEARER, XOAUTH2 (with
// the token as password). PLAIN and LOGIN only on an encrypted stream.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi::net {

struct Login {
    std::string username;
    std::string password;  // or an OAuth 2.0 access token
    bool oauth = false;    // the password is a token: OAUTHBEARER or XOAUTH2 only
    bool operator==(const Login&) const = default;
};

class Sasl {
  public:
    /// Selects one of the server's mechanisms (upper case), the strongest first. `host` is for OAUTHBEARER.
    static Result<Sasl> choose(const std::vector<std::string>& offered, const Login&, bool encrypted,
                               const std::string& host, std::uint16_t port);
    Sasl(Sasl&&) noexcept;
    Sasl& operator=(Sasl&&) noexcept;
    ~Sasl();
    const std::string& mechanism() const;
    /// The initial response, base64, "=" if it is empty; "" if the mechanism has none (LOGIN).
    std::string initial();
    /// The answer (base64) to a server challenge (base64); an Error if the server failed to prove its identity (SCRAM).
    Result<std::string> step(std::string_view challenge);
    /// Whether the exchange may end with success: a SCRAM server must have proven its identity.
    bool complete() const;

  private:
    struct State;
    explicit Sasl(std::unique_ptr<State>);
    std::unique_ptr<State> state_;
};

}  // namespace coi::net
