// SASL for IMAP and SMTP clients: picks the best mechanism both sides can do and makes its messages.
//
// [RFC 4422], [RFC 4616] PLAIN, LOGIN, [RFC 5802]/[RFC 7677] SCRAM by libgsasl, [RFC 7628] OAUTHBEARER, XOAUTH2 (the token is
// given as the password). PLAIN and LOGIN only on an encrypted stream.

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
    std::string password;          // or an OAuth 2.0 access token
    bool oauth = false;            // the password is a token: OAUTHBEARER or XOAUTH2 only
    bool operator==(const Login&) const = default;
};

class Sasl {
  public:
    /// Chooses from the mechanisms that the server offers (upper case), strongest first. `host` is for OAUTHBEARER.
    static Result<Sasl> choose(const std::vector<std::string>& offered, const Login&, bool encrypted, const std::string& host,
                               std::uint16_t port);
    Sasl(Sasl&&) noexcept;
    Sasl& operator=(Sasl&&) noexcept;
    ~Sasl();
    const std::string& mechanism() const;
    /// The initial response, base64, "=" if it is empty; nullopt-like "" if the mechanism waits for the server (LOGIN).
    std::string initial();
    /// The answer (base64) to a server challenge (base64); an Error if the server failed to prove itself (SCRAM).
    Result<std::string> step(std::string_view challenge);
    /// True once the exchange may end with success: a SCRAM server that did not prove itself is not believed.
    bool complete() const;

  private:
    struct State;
    explicit Sasl(std::unique_ptr<State>);
    std::unique_ptr<State> state_;
};

}  // namespace coi::net
