// The mechanisms' messages; libgsasl does SCRAM, the others are one string each.
//
// [RFC 4616], [RFC 5802], [RFC 7677], [RFC 7628]. Left out on purpose: channel binding (-PLUS), obsolete mechanisms
// (CRAM-MD5, DIGEST-MD5, NTLM). Invariant: complete() is true only if our side has nothing more to send and, in SCRAM,
// the server has proven its identity.

#include "coi/net/sasl.h"

#include <gsasl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

namespace coi::net {

namespace {

// A server may request any number of hash rounds [RFC 5802 §5.1]; more than this only costs time.
constexpr unsigned long most_iterations = 40'000;  // 40 ms of the loop; mail servers have 4096 to 15,000
constexpr std::size_t longest_challenge = 8192;

Error auth_error(std::string text) { return {ErrorKind::auth, true, std::move(text), 0, {}}; }

struct Freed {
    void operator()(char* memory) const { gsasl_free(memory); }
};

std::string to_base64(std::string_view bytes) {
    char* out = nullptr;
    std::size_t size = 0;
    if (gsasl_base64_to(bytes.data(), bytes.size(), &out, &size) != GSASL_OK) throw std::bad_alloc();
    const std::unique_ptr<char, Freed> owner(out);
    return std::string(out, size);
}

Result<std::string> from_base64(std::string_view text) {
    if (text.size() > longest_challenge) return over_limit("the server's login challenge is too long");
    if (text.empty() || text == "=") return std::string();
    char* out = nullptr;
    std::size_t size = 0;
    if (gsasl_base64_from(text.data(), text.size(), &out, &size) != GSASL_OK) {
        return malformed("the server's login challenge is not base64");
    }
    const std::unique_ptr<char, Freed> owner(out);
    return std::string(out, size);
}

/// A name inside the GS2 header of OAUTHBEARER [RFC 5801 §4].
std::string gs2_name(std::string_view name) {
    std::string escaped;
    for (char c : name) {
        if (c == ',')
            escaped += "=2C";
        else if (c == '=')
            escaped += "=3D";
        else
            escaped += c;
    }
    return escaped;
}

/// The i= of a SCRAM server-first message; 0 where it is missing or no number.
unsigned long iterations(std::string_view message) {
    const std::size_t at = message.starts_with("i=") ? 0 : message.find(",i=");
    if (at == std::string_view::npos) return 0;
    const std::string_view digits = message.substr(at + (at == 0 ? 2 : 3));
    unsigned long number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

}  // namespace

struct Sasl::State {
    std::string mechanism;
    Login login;
    std::string host;
    std::uint16_t port = 0;
    int steps = 0;
    bool complete = false;
    Gsasl* context = nullptr;  // SCRAM only
    Gsasl_session* session = nullptr;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (session) gsasl_finish(session);
        if (context) gsasl_done(context);
    }

    bool scram() const { return mechanism.starts_with("SCRAM-"); }

    Result<void> start() {
        if (!scram()) return {};
        if (gsasl_init(&context) != GSASL_OK || gsasl_client_start(context, mechanism.c_str(), &session) != GSASL_OK) {
            return Error{ErrorKind::unsupported, true, "this machine's libgsasl cannot do " + mechanism, 0, {}};
        }
        if (gsasl_property_set(session, GSASL_AUTHID, login.username.c_str()) != GSASL_OK ||
            gsasl_property_set(session, GSASL_PASSWORD, login.password.c_str()) != GSASL_OK) {
            throw std::bad_alloc();
        }
        return {};
    }

    Result<std::string> scram_step(std::string_view input) {
        if (steps == 2 && (iterations(input) == 0 || iterations(input) > most_iterations)) {
            return auth_error("the server asks for an unreasonable number of hash rounds");
        }
        char* out = nullptr;
        std::size_t size = 0;
        const int result = gsasl_step(session, input.data(), input.size(), &out, &size);
        const std::unique_ptr<char, Freed> owner(out);
        if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
            return auth_error(std::string("the server failed in ") + mechanism + ": " + gsasl_strerror(result));
        }
        complete = result == GSASL_OK;
        return std::string(out ? out : "", out ? size : 0);
    }

    std::string oauth_message() const {
        // Both end the key-value list with an empty entry.
        if (mechanism == "XOAUTH2") {
            return "user=" + login.username + "\x01" + "auth=Bearer " + login.password + "\x01\x01";
        }
        return "n,a=" + gs2_name(login.username) + ",\x01host=" + host + "\x01port=" + std::to_string(port) + "\x01" +
               "auth=Bearer " + login.password + "\x01\x01";  // [RFC 7628 §3.1]
    }

    /// The next message to the server, as bytes.
    Result<std::string> next(std::string_view challenge) {
        ++steps;
        if (scram()) return scram_step(challenge);
        if (mechanism == "LOGIN") {
            // Independent of the prompts: first the name, then the password [draft-murchison-sasl-login §2].
            complete = steps == 2;
            if (steps > 2) return auth_error("the server asks for more than a name and a password");
            return steps == 1 ? login.username : login.password;
        }
        if (steps > 1) {
            // A challenge after a token explains the refusal; it must be answered before the verdict comes [RFC 7628
            // §3.2.3].
            complete = false;
            if (login.oauth && steps == 2) return std::string(mechanism == "OAUTHBEARER" ? "\x01" : "");
            return auth_error("the server asks for more than " + mechanism + " has");
        }
        complete = true;
        if (login.oauth) return oauth_message();
        return std::string(1, '\0') + login.username + std::string(1, '\0') + login.password;  // [RFC 4616 §2]
    }
};

Result<Sasl> Sasl::choose(const std::vector<std::string>& offered, const Login& login, bool encrypted,
                          const std::string& host, std::uint16_t port) {
    struct Row {
        const char* name;
        bool oauth, needs_encryption;
    };
    static constexpr std::array<Row, 6> strongest_first = {{{"OAUTHBEARER", true, true},
                                                            {"XOAUTH2", true, true},
                                                            {"SCRAM-SHA-256", false, false},
                                                            {"SCRAM-SHA-1", false, false},
                                                            {"PLAIN", false, true},
                                                            {"LOGIN", false, true}}};
    // A NUL would end the name inside PLAIN, a ^A the value inside OAUTHBEARER.
    const auto broken = [](const std::string& text) {
        return text.find_first_of(std::string("\0\x01\r\n", 4)) != std::string::npos;
    };
    if (broken(login.username) || broken(login.password)) {
        return auth_error("the user name or the password has a control character in it");
    }
    bool too_open = false;
    for (const Row& row : strongest_first) {
        if (row.oauth != login.oauth || std::find(offered.begin(), offered.end(), row.name) == offered.end()) continue;
        if (row.needs_encryption && !encrypted) {
            too_open = true;
            continue;
        }
        auto state = std::make_unique<State>();
        state->mechanism = row.name;
        state->login = login;
        state->host = host;
        state->port = port;
        if (auto started = state->start(); !started) return started.error();
        return Sasl(std::move(state));
    }
    if (too_open) {
        return Error{ErrorKind::forbidden, true, "the server wants the password over an unencrypted connection", 0, {}};
    }
    return Error{ErrorKind::unsupported,
                 true,
                 login.oauth ? "the server takes no OAuth token" : "the server offers no way to log in that we know",
                 0,
                 {}};
}

Sasl::Sasl(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sasl::Sasl(Sasl&&) noexcept = default;
Sasl& Sasl::operator=(Sasl&&) noexcept = default;
Sasl::~Sasl() = default;

const std::string& Sasl::mechanism() const { return state_->mechanism; }

std::string Sasl::initial() {
    if (state_->mechanism == "LOGIN") return {};
    auto message = state_->next({});
    if (!message) return "*";  // cannot happen before the server spoke; "*" cancels [RFC 4954 §4]
    return message->empty() ? "=" : to_base64(*message);
}

Result<std::string> Sasl::step(std::string_view challenge) {
    auto bytes = from_base64(challenge);
    if (!bytes) return bytes.error();
    auto message = state_->next(*bytes);
    if (!message) return message.error();
    return to_base64(*message);
}

bool Sasl::complete() const { return state_->complete; }

}  // namespace coi::net
