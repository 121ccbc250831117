// SecureJoin: invites and the mails of the steps; see securejoin.h. Percent-encoding is Boost.URL's.

#include "coi/crypt/securejoin.h"

#include <algorithm>
#include <array>
#include <boost/url/encode.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>
#include <cctype>
#include <map>

#include "coi/crypt/relay_list.h"
#include "coi/mail/charset.h"
#include "coi/mail/header.h"
#include "coi/message_id.h"

namespace coi::securejoin {
namespace {

namespace urls = boost::urls;

constexpr std::size_t longest_text = 2000;
constexpr std::size_t longest_name = 25;  // characters: a QR code stays easy to scan

constexpr std::array<std::pair<Step, const char*>, 4> steps{{{Step::request, "vc-request"},
                                                             {Step::auth_required, "vc-auth-required"},
                                                             {Step::request_with_auth, "vc-request-with-auth"},
                                                             {Step::contact_confirm, "vc-contact-confirm"}}};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// Removes `prefix` (lower case) from the start of `text`, in any case; false if it is not there.
bool take(std::string_view& text, std::string_view prefix) {
    if (lower(text.substr(0, prefix.size())) != prefix) return false;
    text.remove_prefix(prefix.size());
    return true;
}

/// Fingerprint and parameters of any form.
std::optional<std::pair<std::string_view, std::string_view>> split(std::string_view text) {
    std::string_view separator = "&";
    if (take(text, "openpgp4fpr:")) {
        // COMPAT: some systems pass the link on with its `#` encoded.
        separator = text.find('#') != std::string_view::npos ? "#" : "%23";
    } else if (!take(text, "https://i.delta.chat/#") && !take(text, "https://i.delta.chat#")) {
        return std::nullopt;
    }
    const auto at = text.find(separator);
    if (at == std::string_view::npos) return std::nullopt;
    return std::pair{text.substr(0, at), text.substr(at + separator.size())};
}

using Parameters = std::map<std::string_view, std::string_view>;

/// "a=x&b=y"; nullopt if a name is repeated.
std::optional<Parameters> split_parameters(std::string_view text) {
    Parameters out;
    while (!text.empty()) {
        const auto end = std::min(text.find('&'), text.size());
        const auto pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos) continue;
        if (!out.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) return std::nullopt;
    }
    return out;
}

/// "" for invalid percent-encoded text.
std::string decode(std::string_view text, bool plus_is_space) {
    const auto encoded = urls::make_pct_string_view(text);
    if (!encoded) return {};
    urls::encoding_opts options;
    options.space_as_plus = plus_is_space;
    return encoded->decode(options);
}

std::string encode(std::string_view text) { return urls::encode(text, urls::unreserved_chars); }

bool is_secret(std::string_view text) {
    return text.size() >= 11 && text.size() <= 32 && std::ranges::all_of(text, [](unsigned char c) {
               return c < 0x80 && (std::isalnum(c) || c == '-' || c == '_');
           });
}

std::optional<openpgp::Fingerprint> parse_fingerprint(std::string_view text) {
    openpgp::Fingerprint out(text);
    for (char& c : out) {
        if (!std::isxdigit(static_cast<unsigned char>(c))) return std::nullopt;
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return out.size() == 40 ? std::optional(out) : std::nullopt;
}

/// The first characters of UTF-8 text, with an underscore for the rest.
std::string cut(const std::string& name) {
    std::size_t characters = 0, keep = 0;
    for (std::size_t at = 0; at < name.size(); ++at) {
        if ((static_cast<unsigned char>(name[at]) & 0xc0) == 0x80) continue;
        if (characters == longest_name - 1) keep = at;
        if (++characters > longest_name) return name.substr(0, keep) + '_';
    }
    return name;
}

std::string parameters(const Invite& invite) {
    std::string out = "a=" + encode(invite.address.addr_spec());
    if (!invite.address.name.empty()) out += "&n=" + encode(invite.address.name);
    for (const auto& relay : invite.relays)
        out += (&relay == &invite.relays.front() ? "&r=" : ",") + encode(relay.addr_spec());
    return out + "&i=" + invite.invite_number + "&s=" + invite.auth;
}

Message mail_of(Step step) {
    Message mail;
    const auto named = std::ranges::find(steps, step, &std::pair<Step, const char*>::first);
    mail.headers["chat-version"] = "1.0";
    mail.headers["secure-join"] = named->second;
    mail.subject = "Secure-Join";
    mail.text = std::string("Secure-Join: ") + named->second;
    return mail;
}

}  // namespace

std::optional<Invite> parse(std::string_view text) {
    text = trimmed(text);
    if (text.size() > longest_text) return std::nullopt;
    const auto halves = split(text);
    if (!halves) return std::nullopt;
    const auto fingerprint = parse_fingerprint(halves->first);
    const auto values = split_parameters(halves->second);
    if (!fingerprint || !values) return std::nullopt;
    for (const char* group : {"x", "g", "b", "j"}) {
        if (values->contains(group)) return std::nullopt;
    }
    const auto value = [&](const char* name) {
        const auto found = values->find(name);
        return found == values->end() ? std::string_view() : found->second;
    };
    if (!is_secret(value("i")) || !is_secret(value("s"))) return std::nullopt;
    auto address = parse_addr_spec(decode(value("a"), false));
    if (!address) return std::nullopt;
    address->name = decode(value("n"), true);
    if (!is_field_value(address->name)) address->name.clear();
    return Invite{*fingerprint, std::move(*address), std::string(value("i")), std::string(value("s")),
                  parse_relays(decode(value("r"), false))};
}

bool names(const Invite& invite, const Address& address) {
    const auto is_same = [&address](const Address& known) { return known.canonical() == address.canonical(); };
    return is_same(invite.address) || std::ranges::any_of(invite.relays, is_same);
}

std::string print_uri(const Invite& invite) { return "OPENPGP4FPR:" + invite.fingerprint + '#' + parameters(invite); }

std::string print_link(const Invite& invite) {
    return "https://i.delta.chat/#" + invite.fingerprint + '&' + parameters(invite);
}

Invite make(const openpgp::Fingerprint& own, const Address& own_address) {
    Invite invite{own, own_address, random_token(), random_token()};
    invite.address.name = cut(invite.address.name);
    return invite;
}

std::optional<Step> step_of(const Message& mail) {
    const std::string& name = mail.header("secure-join");
    if (name.empty()) return std::nullopt;
    const auto found = std::ranges::find_if(steps, [&](const auto& step) { return name == step.second; });
    return found == steps.end() ? Step::other : found->first;
}

Message request(const Invite& invite) {
    Message mail = mail_of(Step::request);
    mail.headers["secure-join-invitenumber"] = invite.invite_number;
    return mail;
}

Message auth_required() { return mail_of(Step::auth_required); }

Message request_with_auth(const Invite& invite, const openpgp::Fingerprint& own) {
    Message mail = mail_of(Step::request_with_auth);
    mail.headers["secure-join-auth"] = invite.auth;
    mail.headers["secure-join-fingerprint"] = own;
    return mail;
}

Message contact_confirm() { return mail_of(Step::contact_confirm); }

}  // namespace coi::securejoin
