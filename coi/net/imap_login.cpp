// From the greeting to a usable session: STARTTLS, login, capabilities, ENABLE, ID.
//
// [RFC 9051 §6.1, §6.2, §7.1.4, §11.1], [RFC 8314 §4.1], [RFC 4959] SASL-IR, [RFC 5530 §3] refusals, [RFC 5161] ENABLE,
// [RFC 2971] ID. Left out: client certificates. Invariant: data from before TLS is not used after it, and a plain-text
// password is sent only inside TLS.

#include <algorithm>
#include <array>

#include "coi/net/imap_session.h"

#ifndef COIGATE_VERSION
#define COIGATE_VERSION "0"
#endif

namespace coi::net {

namespace {

constexpr Timeout greeting_timeout = std::chrono::seconds(30);
constexpr Timeout handshake_timeout = std::chrono::seconds(30);
constexpr int most_rounds = 16;   // of a SASL exchange
constexpr int most_attempts = 2;  // mechanisms tried with one password

bool contains_any_case(std::string_view text, std::string_view word) {
    return lower_ascii(text).find(word) != std::string::npos;
}

/// Refusals that are not about the login [RFC 5530 §3].
bool is_busy(const ImapStatus& status) {
    constexpr std::array codes = {"UNAVAILABLE", "INUSE", "SERVERBUG", "LIMIT", "OVERQUOTA", "THROTTLED"};
    if (!status.code.name.empty() && status.code.name != "ALERT")
        return std::find(codes.begin(), codes.end(), status.code.name) != codes.end();
    // COMPAT: Gmail, and servers older than RFC 5530, say it only in their text.
    constexpr std::array words = {"temporar",     "try again later",       "too many",
                                  "simultaneous", "number of connections", "bandwidth",
                                  "unavailable",  "internal error"};
    return std::ranges::any_of(words, [&](const char* word) { return contains_any_case(status.text, word); });
}

/// Some servers repeat the refused command: a text with a secret is not kept.
void hide(std::string& words, std::initializer_list<std::string_view> secrets) {
    for (std::string_view secret : secrets)
        if (secret.size() >= 3 && words.find(secret) != std::string::npos) return words.clear();
}

/// BAD concerns the command: the server does not support it, and says nothing about the password.
bool is_bad_command(const ImapStatus& status) {
    return status.kind == ImapStatus::Kind::bad && status.code.name != "AUTHENTICATIONFAILED" && !is_busy(status);
}

Error login_refusal(const ImapStatus& status) {
    Error error = imap_refusal(status, "login");
    error.kind = is_busy(status)          ? ErrorKind::refused
                 : is_bad_command(status) ? ErrorKind::unsupported
                                          : ErrorKind::auth;
    error.permanent = error.kind != ErrorKind::refused;
    return error;
}

std::vector<std::string> offered_mechanisms(std::string_view capabilities) {
    std::vector<std::string> offered;
    for (const auto& name : split_capabilities(capabilities))
        if (name.starts_with("AUTH=")) offered.push_back(name.substr(5));
    return offered;
}

}  // namespace

awaitable<Result<bool>> ImapClient::State::greet() {
    auto greeting = co_await next(greeting_timeout);
    if (!greeting) co_return greeting.error();
    const auto* status = std::get_if<ImapStatus>(&greeting->data);
    if (greeting->tag != "*" || !status ||
        (status->kind != ImapStatus::Kind::ok && status->kind != ImapStatus::Kind::preauth))
        co_return malformed("this is not an IMAP server's greeting");
    co_return status->kind == ImapStatus::Kind::preauth;
}

awaitable<Result<void>> ImapClient::State::learn_capabilities() {
    capabilities.clear();
    if (auto done = co_await must(command("CAPABILITY")); !done) co_return done.error();
    if (!has("IMAP4REV1") && !has("IMAP4REV2"))
        co_return Error{ErrorKind::unsupported, true, "the server does not speak IMAP4rev1", 0, {}};
    co_return Result<void>{};
}

awaitable<Result<void>> ImapClient::State::secure(const Endpoint& server) {
    if (capabilities.empty()) {
        if (auto learnt = co_await learn_capabilities(); !learnt) co_return learnt.error();
    }
    if (!has("STARTTLS")) co_return Error{ErrorKind::tls, true, "the server offers no STARTTLS", 0, {}};
    auto status = co_await run(command("STARTTLS"));
    if (!status) co_return status.error();
    if (status->kind != ImapStatus::Kind::ok) {
        Error error = imap_refusal(*status, "STARTTLS");
        error.kind = ErrorKind::tls;
        co_return error;
    }
    // Clear text after the OK would be taken for the server's data inside TLS.
    if (reader.has_buffered())
        co_return Error{ErrorKind::tls, true, "the server spoke between STARTTLS and TLS", 0, {}};
    if (auto secured = co_await stream->start_tls(server.host, handshake_timeout); !secured) co_return secured.error();
    reader.discard();
    capabilities.clear();  // [RFC 9051 §6.2.1]: nothing that was said before counts
    co_return Result<void>{};
}

awaitable<Result<ImapStatus>> ImapClient::State::authenticate(Sasl sasl, const Login& login, bool& at_once) {
    const std::string initial = sasl.initial();
    at_once = at_once && !initial.empty();
    bool initial_waits = !at_once && !initial.empty();
    std::string said = begin() + "AUTHENTICATE " + sasl.mechanism();
    if (!initial.empty() && !initial_waits) said += " " + initial;
    std::optional<Error> broken;  // what is wrong with the server's proof, once we have asked to end the exchange
    for (int round = 0; round < most_rounds; ++round) {
        if (auto written = co_await write(said + "\r\n"); !written) co_return written.error();
        std::optional<ImapResponse> response;
        do {
            auto said_by_server = co_await next(imap_answer_timeout);
            if (!said_by_server) co_return said_by_server.error();
            response = std::move(*said_by_server);
        } while (response->tag == "*");
        if (response->tagged()) {
            auto status = ending(*response);
            if (broken) co_return *broken;
            if (!status) co_return status.error();
            hide(status->text, {login.password, initial, said});
            if (status->kind == ImapStatus::Kind::ok && !sasl.complete())
                co_return Error{ErrorKind::auth, true, "the server did not prove that it knows the password", 0, {}};
            co_return std::move(*status);
        }
        if (initial_waits) {
            initial_waits = false;
            said = initial == "=" ? "" : initial;  // "=" is only for the command itself [RFC 4959 §3]
            continue;
        }
        auto answer = sasl.step(std::get<ImapContinuation>(response->data).text);
        if (!answer) broken = answer.error();
        said = answer ? *answer : "*";  // ends the exchange [RFC 9051 §6.2.2]
    }
    co_return broken ? *broken : malformed("the server's login does not come to an end");
}

awaitable<Result<void>> ImapClient::State::log_in_plainly(const Login& login) {
    ImapCommand words = command("LOGIN");
    words.string(login.username).string(login.password);
    auto status = co_await run(std::move(words));
    if (!status) co_return status.error();
    hide(status->text, {login.password});
    if (status->kind != ImapStatus::Kind::ok) co_return login_refusal(*status);
    co_return Result<void>{};
}

awaitable<Result<void>> ImapClient::State::log_in(const Endpoint& server, const Login& login) {
    if (capabilities.empty()) {
        if (auto learnt = co_await learn_capabilities(); !learnt) co_return learnt.error();
    }
    const bool may_login = stream->encrypted() && !login.oauth && !has("LOGINDISABLED");
    auto offered = offered_mechanisms(capabilities);
    std::optional<Error> refused;
    bool may_be_at_once = has("SASL-IR");
    for (int attempt = 0; attempt < most_attempts;) {
        auto sasl = Sasl::choose(offered, login, stream->encrypted(), server.host, server.port);
        if (!sasl) {
            if (refused) break;
            if (!may_login) co_return sasl.error();
            fresh_capabilities = false;
            co_return co_await log_in_plainly(login);
        }
        const std::string mechanism = sasl->mechanism();
        fresh_capabilities = false;
        bool at_once = may_be_at_once;
        auto status = co_await authenticate(std::move(*sasl), login, at_once);
        if (!status) co_return status.error();
        if (status->kind == ImapStatus::Kind::ok) co_return Result<void>{};
        refused = login_refusal(*status);
        const bool bad_command = is_bad_command(*status);
        if (bad_command && at_once) {  // COMPAT: Coremail announces SASL-IR and does not support it
            may_be_at_once = false;
            continue;
        }
        ++attempt;
        // COMPAT: some servers announce SCRAM although they store this user's password in a form that works only with
        // PLAIN. Only inside TLS, and never after a server failed to prove its identity (that is an Error above).
        const bool unfit = refused->kind == ErrorKind::auth && mechanism.starts_with("SCRAM-");
        if ((!bad_command && !unfit) || !stream->encrypted()) break;
        std::erase_if(offered, [&](const std::string& other) {
            return other == mechanism || (other.starts_with("SCRAM-") && mechanism.starts_with("SCRAM-"));
        });
    }
    if (refused->kind != ErrorKind::unsupported || !may_login) co_return *refused;
    fresh_capabilities = false;
    co_return co_await log_in_plainly(login);
}

/// Enables harmless extensions and sends ID; servers that refuse are used without.
awaitable<Result<void>> ImapClient::State::settle() {
    std::string wanted;
    if (has("QRESYNC"))
        wanted += " QRESYNC";  // implies CONDSTORE [RFC 7162 §3.2.3]
    else if (has("CONDSTORE"))
        wanted += " CONDSTORE";
    if (has("UTF8=ACCEPT") || has("UTF8=ONLY")) wanted += " UTF8=ACCEPT";
    if (has("IMAP4REV2") && has("IMAP4REV1")) wanted += " IMAP4rev2";
    if (has("ENABLE") && !wanted.empty()) {
        auto enabled = co_await run(command("ENABLE" + wanted), [this](ImapResponse& response) {
            const auto* names = std::get_if<ImapEnabled>(&response.data);
            if (!names) return;
            for (const auto& name : names->names) utf8 = utf8 || name == "UTF8=ACCEPT" || name == "IMAP4REV2";
        });
        if (!enabled) co_return enabled.error();
    }
    if (has("IMAP4REV2") && !has("IMAP4REV1")) utf8 = true;
    if (has("ID")) {  // some providers require ID
        auto known = co_await run(command("ID (\"name\" \"coigate\" \"version\" \"" COIGATE_VERSION "\")"));
        if (!known) co_return known.error();
    }
    co_return Result<void>{};
}

awaitable<Result<void>> ImapClient::State::open(Endpoint server, Login login) {
    if (server.security == Security::tls && !stream->encrypted())
        co_return die({ErrorKind::forbidden, true, "TLS is required and the stream has none", 0, {}});
    auto known = co_await greet();
    if (!known) co_return die(known.error());
    if (server.security == Security::starttls) {
        if (*known)  // [RFC 9051 §11.1]: STARTTLS is not possible any more
            co_return die({ErrorKind::tls, true, "the server lets us in without TLS", 0, {}});
        if (auto secured = co_await secure(server); !secured) co_return die(secured.error());
    }
    if (!*known) {
        if (auto entered = co_await log_in(server, login); !entered) co_return die(entered.error());
    }
    // [RFC 9051 §6.2.2]: capabilities may differ after login (COI stands only there): what was said before does not
    // count.
    if (!fresh_capabilities) {
        if (auto learnt = co_await learn_capabilities(); !learnt) co_return die(learnt.error());
    }
    if (auto settled = co_await settle(); !settled) co_return die(settled.error());
    ready = true;
    co_return Result<void>{};
}

}  // namespace coi::net
