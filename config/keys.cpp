// Each row: a name, SIGHUP or restart, the member of Config, and the kind of its value with its range.
//
// A restart is needed where a listener, a session's credentials or an opened file hang on the value.

#include "config/keys.h"

#include <algorithm>
#include <array>
#include <utility>

#include "config/value.h"

namespace config {
namespace {

using Read = std::optional<Fault>;
constexpr std::size_t socket_path_longest = 107;  // sockaddr_un::sun_path less its NUL

constexpr std::uint64_t Ki = 1024, Mi = 1024 * Ki, Gi = 1024 * Mi;

std::string_view type_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::string:
            return "text";
        case toml::node_type::integer:
        case toml::node_type::floating_point:
            return "a number";
        case toml::node_type::boolean:
            return "true or false";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::table:
            return "a table";
        default:
            return "a date";
    }
}

Fault wrong_type(const toml::node& node, std::string_view wanted, std::string_view example) {
    return {"must be " + std::string(wanted) + ", not " + std::string(type_of(node)), "Write " + std::string(example)};
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text.substr(0, 200)) + "\""; }

Read text(const toml::node& node, std::string& into, std::string_view example) {
    const auto* value = node.as_string();
    if (value == nullptr) return wrong_type(node, "text", in_quotes(example));
    const std::string& given = **value;
    if (given.find('\0') != std::string::npos) return Fault{"holds a NUL character", "Write " + in_quotes(example)};
    into = given;
    return std::nullopt;
}

Read not_empty(const toml::node& node, std::string& into, std::string_view example) {
    auto fault = text(node, into, example);
    if (!fault && into.empty())
        fault = Fault{"is empty", "Write " + in_quotes(example) + ", or leave the key out for its default"};
    return fault;
}

Read domain(const toml::node& node, std::string& into, std::string_view example) {
    if (auto fault = not_empty(node, into, example)) return fault;
    if (into.size() > 1 && into.ends_with('.')) into.pop_back();
    into = lower(into);
    if (!is_domain(into))
        return Fault{in_quotes(into) + " is not a domain", "Write a name such as " + in_quotes(example)};
    return std::nullopt;
}

Read host_port(const toml::node& node, HostPort& into, std::uint16_t default_port, std::string_view example) {
    std::string given;
    if (auto fault = not_empty(node, given, example)) return fault;
    const auto parsed = parse_host_port(given, default_port);
    if (!parsed)
        return Fault{in_quotes(given) + " is not host:port",
                     "Write " + in_quotes(example) + " (an IPv6 address in brackets)"};
    into = *parsed;
    return std::nullopt;
}

Read boolean(const toml::node& node, bool& into) {
    const auto* value = node.as_boolean();
    if (value == nullptr) return wrong_type(node, "true or false", "true or false without quotes");
    into = **value;
    return std::nullopt;
}

// A number as it is, or as text with a unit.
template <class Parse>
auto quantity(const toml::node& node, Parse parse) -> decltype(parse(std::string_view())) {
    if (const auto* number = node.as_integer()) return parse(std::to_string(**number));
    if (const auto* words = node.as_string()) return parse(**words);
    return std::nullopt;
}

Read size(const toml::node& node, std::size_t& into, std::uint64_t least, std::uint64_t most,
          std::string_view example) {
    const auto bytes = quantity(node, parse_size);
    if (!bytes) return Fault{"is not a size", "Write a number of bytes, or " + in_quotes(example)};
    if (*bytes < least || *bytes > most) {
        return Fault{"is " + std::to_string(*bytes) + " bytes, outside of " + std::to_string(least) + " to " +
                         std::to_string(most),
                     "Write a size such as " + in_quotes(example)};
    }
    into = *bytes;
    return std::nullopt;
}

Read duration(const toml::node& node, std::chrono::seconds& into, std::chrono::seconds least, std::chrono::seconds most,
              std::string_view example) {
    const auto time = quantity(node, parse_duration);
    if (!time) return Fault{"is not a time", "Write a number of seconds, or " + in_quotes(example)};
    if (*time < least || *time > most) {
        return Fault{"is " + std::to_string(time->count()) + " s, outside of " + std::to_string(least.count()) +
                         " s to " + std::to_string(most.count()) + " s",
                     "Write a time such as " + in_quotes(example)};
    }
    into = *time;
    return std::nullopt;
}

template <std::size_t n>
Read one_of(const toml::node& node, std::size_t& into, const std::array<std::string_view, n>& words) {
    std::string list, given;
    for (const auto& word : words) list += (list.empty() ? "\"" : ", \"") + std::string(word) + "\"";
    if (auto fault = not_empty(node, given, words[0])) return Fault{fault->what, "Write one of " + list};
    const auto found = std::find(words.begin(), words.end(), given);
    if (found == words.end()) return Fault{in_quotes(given) + " is unknown here", "Write one of " + list};
    into = static_cast<std::size_t>(found - words.begin());
    return std::nullopt;
}

Read domains(const toml::node& node, std::vector<std::string>& into, std::string_view example) {
    const auto* list = node.as_array();
    if (list == nullptr) return wrong_type(node, "a list of domains", "[" + in_quotes(example) + "]");
    into.clear();
    for (const auto& entry : *list) {
        std::string one;
        if (auto fault = domain(entry, one, example)) return fault;
        if (std::find(into.begin(), into.end(), one) == into.end()) into.push_back(one);
    }
    return std::nullopt;
}

Read store_url(const toml::node& node, std::string& into) {
    constexpr std::string_view example = "sqlite:/var/lib/coigate/coigate.db", scheme = "sqlite:";
    if (auto fault = not_empty(node, into, example)) return fault;
    if (into.starts_with("postgresql:") || into.starts_with("postgres:")) {
        return Fault{"PostgreSQL is not supported by this version", "Write " + in_quotes(example)};
    }
    if (!into.starts_with(scheme) || into.size() == scheme.size()) {
        return Fault{in_quotes(into) + " is not a store", "Write sqlite: and a path, as " + in_quotes(example)};
    }
    if (into.substr(scheme.size()).starts_with(':')) {
        return Fault{"a store in memory would lose every message when the gateway stops",
                     "Write a path: " + in_quotes(example)};
    }
    return std::nullopt;
}

Read ehlo_name(const toml::node& node, std::string& into) {
    constexpr std::string_view example = "coi.jabber.example";
    if (auto fault = not_empty(node, into, example)) return fault;
    if (into.starts_with('[') && into.ends_with(']')) {  // an address literal [RFC 5321 §4.1.3]
        const std::string inside = into.substr(1, into.size() - 2);
        if (is_address_literal(inside.starts_with("IPv6:") ? inside.substr(5) : inside)) return std::nullopt;
    } else if (is_domain(into)) {
        return std::nullopt;
    }
    return Fault{in_quotes(into) + " is not a name for EHLO",
                 "Write a host name such as " + in_quotes(example) + ", or \"[192.0.2.1]\""};
}

Read unix_path(std::string_view path, std::string_view example) {
    if (path.starts_with('/') && path.size() <= socket_path_longest) return std::nullopt;
    return Fault{
        in_quotes(path) + " is not an absolute path of at most " + std::to_string(socket_path_longest) + " bytes",
        "Write " + in_quotes(example)};
}

Read listener(const toml::node& node, std::string& into, const std::string& port, std::string_view socket) {
    constexpr std::string_view prefix = "unix:";
    const std::string example = "127.0.0.1:" + port;
    if (auto fault = not_empty(node, into, example)) return fault;
    if (into.starts_with(prefix) && !socket.empty())
        return unix_path(std::string_view(into).substr(prefix.size()), socket);
    const auto parsed = parse_host_port(into, 0);
    if (!parsed || !is_address_literal(parsed->host)) {
        return Fault{in_quotes(into) + " is not an address to listen on",
                     "Write " + in_quotes(example) + (socket.empty() ? " or" : ",") + " \"[::1]:" + port + "\"" +
                         (socket.empty() ? "" : " or " + in_quotes(socket))};
    }
    return std::nullopt;
}

Read files_url(const toml::node& node, std::string& into) {
    constexpr std::string_view example = "https://coi.jabber.example/files/";
    if (auto fault = not_empty(node, into, example)) return fault;
    const bool is_https = into.starts_with("https://"), is_http = into.starts_with("http://");
    const std::string_view rest = std::string_view(into).substr(is_https ? 8 : is_http ? 7 : into.size());
    const auto slash = rest.find('/');
    const auto server = parse_host_port(rest.substr(0, slash), 443);
    const bool is_host = server && (is_domain(server->host) || is_address_literal(server->host));
    const bool is_here =
        server && (server->host == "127.0.0.1" || server->host == "::1" || server->host == "localhost");
    if (!is_host || slash == rest.npos || !rest.ends_with('/') || rest.find("//") != rest.npos ||
        rest.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-", slash) !=
            rest.npos)
        return Fault{in_quotes(into) + " is no address under which files are found, with a slash at its end",
                     "Write " + in_quotes(example)};
    if (is_http && !is_here)
        return Fault{in_quotes(into) + " would send files unencrypted", "Write " + in_quotes(example)};
    return std::nullopt;
}

Read dns_server(const toml::node& node, HostPort& into) {
    constexpr std::string_view example = "127.0.0.1:53";
    if (auto fault = host_port(node, into, 53, example)) return fault;
    if (is_address_literal(into.host)) return std::nullopt;
    return Fault{in_quotes(into.host) + " is not an address of a name server", "Write " + in_quotes(example)};
}

Read control_socket(const toml::node& node, std::string& into) {
    if (auto fault = not_empty(node, into, "/run/coigate/control")) return fault;
    return unix_path(into, "/run/coigate/control");
}

Read security(const toml::node& node, Security& into) {
    std::size_t index = 0;
    auto fault = one_of<3>(node, index, {"none", "starttls", "tls"});
    if (!fault) into = std::array{Security::none, Security::starttls, Security::tls}[index];
    return fault;
}

Read encryption(const toml::node& node, Encryption& into) {
    std::size_t index = 0;
    auto fault = one_of<3>(node, index, {"require", "prefer", "off"});
    if (!fault) into = std::array{Encryption::require, Encryption::prefer, Encryption::off}[index];
    return fault;
}

Read delivered(const toml::node& node, Delivered& into) {
    std::size_t index = 0;
    auto fault = one_of<2>(node, index, {"accepted", "reported"});
    if (!fault) into = std::array{Delivered::accepted, Delivered::reported}[index];
    return fault;
}

Read log_level(const toml::node& node, std::string& into) {
    constexpr std::array<std::string_view, 4> words{"error", "warn", "info", "debug"};
    std::size_t index = 0;
    auto fault = one_of(node, index, words);
    if (!fault) into = words[index];
    return fault;
}

Read connections(const toml::node& node, std::size_t& into) {
    const auto* value = node.as_integer();
    if (value == nullptr) return wrong_type(node, "a whole number", "10");
    if (**value < 1 || **value > 1000) return Fault{"is outside of 1 to 1000", "Write 10"};
    into = static_cast<std::size_t>(**value);
    return std::nullopt;
}

bool equal(const HostPort& a, const HostPort& b) { return a.host == b.host && a.port == b.port; }
template <class T>
bool equal(const T& a, const T& b) {
    return a == b;
}

// A row whose value stands in Config as it is; `member` is a function, as the members are two levels deep.
template <class Member, class Reader>
Key row(std::string_view name, bool reloadable, Member member, Reader reader) {
    return {name, reloadable, [=](const toml::node& node, Draft& draft) { return reader(node, member(draft.config)); },
            [=](const Config& a, const Config& b) { return equal(member(a), member(b)); }};
}

}  // namespace

#define MEMBER(path) [](auto& c) -> auto& { return c.path; }
#define READ(call) [](const toml::node& node, auto& into) -> Read { return call; }

const std::vector<Key>& keys() {
    using namespace std::chrono_literals;
    using std::chrono::days;
    constexpr bool sighup = true, restart = false;
    static const std::vector<Key> table = {
        row("xmpp.component", restart, MEMBER(xmpp.component), READ(domain(node, into, "coi.jabber.example"))),
        row("xmpp.server", restart, MEMBER(xmpp.server), READ(host_port(node, into, 5347, "127.0.0.1:5347"))),
        {"xmpp.secret_file", restart,
         [](const toml::node& node, Draft& draft) { return not_empty(node, draft.secret_file, "/etc/coigate/secret"); },
         [](const Config& a, const Config& b) { return a.xmpp.secret == b.xmpp.secret; }},
        row("xmpp.domain", restart, MEMBER(xmpp.domain), READ(domain(node, into, "jabber.example"))),
        row("xmpp.max_stanza", restart, MEMBER(xmpp.max_stanza), READ(size(node, into, 10'000, 16 * Mi, "256 KiB"))),
        row("store.url", restart, MEMBER(store.url), READ(store_url(node, into))),
        row("store.key_file", restart, MEMBER(store.key_file),
            READ(not_empty(node, into, "/var/lib/coigate/store.key"))),
        row("store.keep_ids", sighup, MEMBER(store.keep_ids), READ(duration(node, into, 1h, days(3660), "60 days"))),
        row("mail.ca_file", restart, MEMBER(mail.ca_file), READ(not_empty(node, into, "/etc/coigate/ca.pem"))),
        row("mail.allow_private_servers", sighup, MEMBER(mail.allow_private_servers), READ(boolean(node, into))),
        row("mail.register_domains", sighup, MEMBER(mail.register_domains),
            READ(domains(node, into, "jabber.example"))),
        row("mail.dns_server", sighup, MEMBER(mail.dns_server), READ(dns_server(node, into))),
        row("mail.ehlo_name", sighup, MEMBER(mail.ehlo_name), READ(ehlo_name(node, into))),
        row("mail.max_size", restart, MEMBER(mail.max_size), READ(size(node, into, 64 * Ki, Gi, "25 MiB"))),
        row("mail.expire", sighup, MEMBER(mail.expire), READ(duration(node, into, 1s, days(30), "5 days"))),
        row("mail.warn_after", sighup, MEMBER(mail.warn_after), READ(duration(node, into, 1s, days(30), "4 hours"))),
        row("mail.poll", sighup, MEMBER(mail.poll), READ(duration(node, into, 1s, days(1), "2 min"))),
        row("mail.delivered", sighup, MEMBER(mail.delivered), READ(delivered(node, into))),
        row("mail.encryption", sighup, MEMBER(mail.encryption), READ(encryption(node, into))),
        row("files.upload", sighup, MEMBER(files.upload), READ(boolean(node, into))),
        row("files.fetch", sighup, MEMBER(files.fetch), READ(boolean(node, into))),
        row("files.fetch_largest", sighup, MEMBER(files.fetch_largest), READ(size(node, into, Mi, Gi, "15 MiB"))),
        row("files.listen", restart, MEMBER(files.listen), READ(listener(node, into, "8281", ""))),
        row("files.url", restart, MEMBER(files.url), READ(files_url(node, into))),
        row("files.tls_certificate", restart, MEMBER(files.tls_certificate),
            READ(not_empty(node, into, "/etc/coigate/tls.pem"))),
        row("files.tls_key", restart, MEMBER(files.tls_key), READ(not_empty(node, into, "/etc/coigate/tls.key"))),
        row("files.folder", restart, MEMBER(files.folder), READ(not_empty(node, into, "/var/lib/coigate/files"))),
        row("files.expire", sighup, MEMBER(files.expire), READ(duration(node, into, 1h, days(3660), "30 days"))),
        row("files.quota", sighup, MEMBER(files.quota), READ(size(node, into, Mi, 1024 * Gi, "5 GiB"))),
        row("files.user_quota", sighup, MEMBER(files.user_quota), READ(size(node, into, Mi, 1024 * Gi, "200 MiB"))),
        row("groups.rooms", sighup, MEMBER(groups.rooms), READ(boolean(node, into))),
        row("relay.domain", restart, MEMBER(relay.domain), READ(domain(node, into, "jabber.example"))),
        row("relay.lmtp_listen", restart, MEMBER(relay.lmtp_listen),
            READ(listener(node, into, "2424", "unix:/run/coigate-lmtp/socket"))),
        row("relay.smtp_server", restart, MEMBER(relay.smtp_server), READ(host_port(node, into, 25, "127.0.0.1:25"))),
        row("relay.smtp_security", restart, MEMBER(relay.smtp_security), READ(security(node, into))),
        row("relay.users_file", sighup, MEMBER(relay.users_file), READ(not_empty(node, into, "/etc/coigate/users"))),
        row("relay.authserv_id", sighup, MEMBER(relay.authserv_id), READ(domain(node, into, "mx.jabber.example"))),
        row("relay.connections", sighup, MEMBER(relay.connections), READ(connections(node, into))),
        row("log.level", sighup, MEMBER(log.level), READ(log_level(node, into))),
        row("control.socket", restart, MEMBER(control.socket), READ(control_socket(node, into))),
    };
    return table;
}

}  // namespace config
