// The check of a login: candidates in order, few attempts, one sentence for the user; see mailbox_check.h.
//
// [RFC 6186 §4], [RFC 8314 §3]. Left out on purpose: a test mail (the login is the proof). Invariant: a password is
// sent only over verified TLS, and at most twice to a server that refuses it.

#include "gateway/transport/mailbox_check.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include "coi/net/imap_client.h"
#include "coi/net/smtp_client.h"
#include "coi/server_settings.h"
#include "gateway/localization.h"
#include "gateway/transport/server_trouble.h"

namespace gateway {

namespace {

using coi::Error;
using coi::ErrorKind;
using coi::net::awaitable;
using coi::net::CertificateFault;
using coi::net::Endpoint;
using coi::net::Login;
using coi::net::Security;
using coi::net::Timeout;
using Clock = std::chrono::steady_clock;

/// State shared by all attempts of one check.
struct Check {
    coi::net::TlsContext& tls;
    coi::net::HostPolicy reach;
    LinkRequest request;
    std::string ehlo_name, lang;
    LinkPatience patience;
    Clock::time_point deadline = Clock::now() + patience.all;
    std::vector<Cursor> start = {};
};

Timeout left(Clock::time_point deadline) {
    return std::max(std::chrono::duration_cast<Timeout>(deadline - Clock::now()), Timeout(1));
}

struct Found {
    Endpoint server;
    std::string username;
};
struct Failure {
    Endpoint server;
    Error error;
};
using Outcome = std::variant<Found, Failure>;

/// How specific an error is: of the errors of several candidates the most specific is shown.
int weight(const Error& error) {
    switch (error.kind) {
        case ErrorKind::auth:
            return 7;
        case ErrorKind::tls:
            return coi::net::certificate_fault(error) != CertificateFault::none ? 6 : 4;
        case ErrorKind::forbidden:
        case ErrorKind::unsupported:
            return 5;
        case ErrorKind::timeout:
            return 3;
        case ErrorKind::unreachable:
            return 2;
        case ErrorKind::unresolved:
            return 1;
        case ErrorKind::not_found:
            return 0;
        default:
            return 4;
    }
}

/// The ends of the folders that will be watched: later mail is new to the user. A folder that cannot be opened now gets
/// its end from the watching session.
awaitable<void> note_ends(coi::net::ImapClient& client, std::vector<Cursor>& start) {
    start.clear();
    std::vector<std::string> folders{"INBOX"};
    const auto server = co_await coi::read_server_settings(client);
    if (server && server->enabled && !server->chats_folder.empty()) folders.push_back(server->chats_folder);
    const auto sent = co_await client.sent_folder();
    if (sent && !sent->empty() && std::ranges::find(folders, *sent) == folders.end()) folders.push_back(*sent);
    for (const auto& folder : folders) {
        const auto selected = co_await client.select(folder);
        if (selected) start.push_back({folder, selected->uid_validity, selected->uid_next});
    }
}

/// Opens `client`; at `deadline` closes it, which is a timeout. `then` may use the remaining time.
template <class Client>
awaitable<coi::Result<void>> login_until(Clock::time_point deadline, std::shared_ptr<Client> client, Endpoint server,
                                         Login login, std::function<awaitable<void>(Client&)> then = {}) {
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, deadline);
    timer.async_wait([client](const boost::system::error_code& cancelled) {
        if (!cancelled) client->close();
    });
    auto opened = co_await client->open(server, std::move(login));
    if (opened && then) co_await then(*client);
    timer.cancel();
    client->close();  // no LOGOUT is needed
    if (!opened && opened.error().kind == ErrorKind::closed && Clock::now() >= deadline) {
        // With TLS established the server is alive: servers delay a client whose address recently sent a wrong
        // password.
        const ErrorKind kind = server.security == Security::tls ? ErrorKind::auth : ErrorKind::timeout;
        co_return Error{kind, false, "no answer in time", 0, {}};
    }
    co_return opened;
}

using Attempt = std::function<awaitable<coi::Result<void>>(Endpoint, Login, Clock::time_point)>;

awaitable<coi::Result<void>> try_imap(std::shared_ptr<Check> check, Endpoint server, Login login,
                                      Clock::time_point deadline) {
    auto stream = co_await connect(check->tls, server, check->reach, left(deadline));
    if (!stream) co_return stream.error();
    auto client = std::make_shared<coi::net::ImapClient>(std::move(*stream));
    std::function<awaitable<void>(coi::net::ImapClient&)> then = [check](coi::net::ImapClient& in) {
        return note_ends(in, check->start);
    };
    co_return co_await login_until(deadline, client, server, std::move(login), std::move(then));
}

awaitable<coi::Result<void>> try_smtp(std::shared_ptr<Check> check, Endpoint server, Login login,
                                      Clock::time_point deadline) {
    auto stream = co_await connect(check->tls, server, check->reach, left(deadline));
    if (!stream) co_return stream.error();
    const auto patience = coi::net::SmtpTimeouts::at_most(left(deadline));
    auto client = std::make_shared<coi::net::SmtpClient>(std::move(*stream), check->ehlo_name, patience);
    co_return co_await login_until(deadline, client, server, std::move(login));
}

std::string domain_of(const std::string& host) { return host.substr(host.find('.') + 1); }

/// The first candidate that accepts the login. A refused password ends the search: it must not be tried on every
/// server.
awaitable<Outcome> find(std::shared_ptr<Check> check, std::vector<Endpoint> candidates,
                        std::vector<std::string> usernames, Clock::time_point deadline, Attempt attempt) {
    Failure best{candidates.front(), {ErrorKind::timeout, false, "no time left", 0, {}}};
    bool first = true;
    std::string silent;  // a domain whose name servers do not answer: each further name in it would time out, too
    for (std::size_t i = 0; i < candidates.size() && Clock::now() < deadline; ++i) {
        const auto share = Clock::now() + (deadline - Clock::now()) / static_cast<int>(candidates.size() - i);
        if (silent == domain_of(candidates[i].host)) continue;
        bool refused = false;
        for (const auto& username : usernames) {
            auto in =
                co_await attempt(candidates[i], Login{username, check->request.password, check->request.oauth}, share);
            if (in) co_return Found{candidates[i], username};
            if (std::exchange(first, false) || weight(in.error()) > weight(best.error))
                best = {candidates[i], in.error()};
            if (in.error().kind == ErrorKind::unresolved) silent = domain_of(candidates[i].host);
            refused = in.error().kind == ErrorKind::auth && in.error().permanent;
            if (!refused) break;
        }
        if (refused) break;
    }
    co_return best;
}

/// The objection to a server that the user named, before anything is sent; "" if it may be tried.
std::string objection(const Check& check, const Endpoint& server) {
    if (server.security == Security::none) {
        return say(check.lang, "Without encryption your password could be read on the way. Choose tls or starttls.");
    }
    if (!may_reach_port(server.port, check.reach)) {
        return say(check.lang, "Port {1} is no usual port of mail servers, and this gateway connects to no other.",
                   {std::to_string(server.port)});
    }
    return {};
}

std::vector<std::string> usernames(const LinkRequest& request) {
    if (!request.username.empty()) return {request.username};
    std::vector<std::string> names = {request.address.addr_spec()};
    if (!request.oauth) names.push_back(request.address.local);
    return names;
}

void default_port(std::optional<Endpoint>& server, std::uint16_t tls, std::uint16_t starttls) {
    if (server && server->port == 0) server->port = server->security == Security::tls ? tls : starttls;
}

awaitable<LinkOutcome> run(std::shared_ptr<Check> check) {
    LinkRequest& request = check->request;
    const std::string domain = request.address.domain;
    default_port(request.imap, 993, 143);
    default_port(request.smtp, 465, 587);
    for (const auto* server : {&request.imap, &request.smtp}) {
        if (!*server) continue;
        if (auto words = objection(*check, **server); !words.empty()) co_return LinkOutcome{{}, words};
    }
    coi::net::Discovered candidates;
    if (!request.imap || !request.smtp) {
        auto discovered = co_await coi::net::discover(request.address, check->patience.names);
        if (!discovered)
            co_return LinkOutcome{{}, say(check->lang, "{1} is no mail domain. Check the address.", {domain})};
        candidates = std::move(*discovered);
        // The domain declares that it has no such service, or offers it on a port that is not used here.
        for (auto* list : {&candidates.imap, &candidates.submission}) {
            std::erase_if(*list, [&](const Endpoint& e) { return !may_reach_port(e.port, check->reach); });
        }
    }
    if (request.imap) candidates.imap = {*request.imap};
    if (request.smtp) candidates.submission = {*request.smtp};
    if (candidates.imap.empty() || candidates.submission.empty()) {
        co_return LinkOutcome{
            {},
            say(check->lang, "No mail server was found for {1}. Give the IMAP and SMTP servers of your provider too.",
                {domain})};
    }

    const Attempt imap = [check](Endpoint e, Login l, Clock::time_point d) {
        return try_imap(check, std::move(e), std::move(l), d);
    };
    const Attempt smtp = [check](Endpoint e, Login l, Clock::time_point d) {
        return try_smtp(check, std::move(e), std::move(l), d);
    };
    const auto imap_deadline = std::min(check->deadline, Clock::now() + check->patience.imap);
    const Outcome read = co_await find(check, candidates.imap, usernames(request), imap_deadline, imap);
    if (const auto* failure = std::get_if<Failure>(&read)) {
        co_return LinkOutcome{{},
                              server_trouble(check->lang, failure->server, failure->error, request.oauth,
                                             {request.imap.has_value(), domain})};
    }
    // Both servers share one user name.
    const Found& in = std::get<Found>(read);
    const Outcome write = co_await find(check, candidates.submission, {in.username}, check->deadline, smtp);
    if (const auto* failure = std::get_if<Failure>(&write)) {
        co_return LinkOutcome{{},
                              server_trouble(check->lang, failure->server, failure->error, request.oauth,
                                             {request.smtp.has_value(), domain})};
    }
    co_return LinkOutcome{
        MailboxLogin{in.username, request.password, request.oauth, in.server, std::get<Found>(write).server},
        {},
        std::move(check->start)};
}

}  // namespace

awaitable<LinkOutcome> check_link(coi::net::TlsContext& tls, const coi::net::HostPolicy& reach, LinkRequest request,
                                  std::string ehlo_name, std::string lang, LinkPatience patience) {
    return run(std::make_shared<Check>(
        Check{tls, reach, std::move(request), std::move(ehlo_name), std::move(lang), patience}));
}

std::optional<Endpoint> parse_endpoint(const std::string& host_port, const std::string& security) {
    Endpoint server;
    std::string_view rest = host_port;
    if (rest.starts_with('[')) {  // an IPv6 literal
        const auto end = rest.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        server.host = rest.substr(1, end - 1);
        rest.remove_prefix(end + 1);
        if (!rest.empty() && rest.front() != ':') return std::nullopt;
    } else {
        const auto colon = rest.find(':');
        server.host = rest.substr(0, colon);
        rest.remove_prefix(std::min(colon, rest.size()));
    }
    if (!rest.empty()) {
        rest.remove_prefix(1);
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), server.port);
        if (error != std::errc{} || end != rest.data() + rest.size() || server.port == 0) return std::nullopt;
    }
    if (server.host.empty() || server.host.size() > 253 ||
        std::any_of(server.host.begin(), server.host.end(),
                    [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; })) {
        return std::nullopt;
    }
    if (security == "starttls") {
        server.security = Security::starttls;
    } else if (security.empty()) {
        // Ports where STARTTLS is the standard; the session is encrypted all the same.
        const bool begins_clear = server.port == 143 || server.port == 587 || server.port == 25 || server.port == 2525;
        server.security = begins_clear ? Security::starttls : Security::tls;
    } else if (security != "tls") {
        return std::nullopt;
    }
    return server;
}

}  // namespace gateway
