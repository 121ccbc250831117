// The grammar of LMTP commands, by hand: it is smaller than any parser's glue.
//
// [RFC 5321 §4.1.2] paths and [RFC 5321 §4.1.1.11] parameters. Left out on purpose: validation of domains and local
// parts beyond what keeps an address on its line; coi/mail/address.h knows them.

#include "coi/net/lmtp_command.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace coi::net {

namespace {

using Verb = LmtpCommand::Verb;

constexpr std::size_t longest_path = 512;  // [RFC 5321 §4.5.3.1.3] says 256; UTF-8 and quoting need more

Error refuse(int code, std::string enhanced, std::string text) {
    return {ErrorKind::malformed, true, std::move(text), code, std::move(enhanced)};
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool same(std::string_view a, std::string_view upper_case) {
    return std::equal(a.begin(), a.end(), upper_case.begin(), upper_case.end(),
                      [](char x, char y) { return upper(x) == y; });
}

std::string_view next_word(std::string_view& rest) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

bool is_utf8(std::string_view text) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t i = 0; i < size;) {
        UChar32 c;
        U8_NEXT(bytes, i, size, c);
        if (c < 0) return false;
    }
    return true;
}

std::optional<std::uint64_t> number(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
    return value;
}

/// Takes "<address>" off the front of `rest`; nullopt if there is none.
std::optional<std::string> take_path(std::string_view& rest) {
    if (rest.empty() || rest.front() != '<') return std::nullopt;
    bool quoted = false;
    std::size_t at = 1;
    for (; at < rest.size() && (quoted || rest[at] != '>'); ++at) {
        const auto c = static_cast<unsigned char>(rest[at]);
        if (c < 0x20 || c == 0x7f || (!quoted && (c == ' ' || c == '<'))) return std::nullopt;
        if (quoted && c == '\\')
            ++at;
        else if (c == '"')
            quoted = !quoted;
    }
    if (at >= rest.size() || at > longest_path) return std::nullopt;
    std::string_view path = rest.substr(1, at - 1);
    rest.remove_prefix(at + 1);
    if (!rest.empty() && rest.front() != ' ') return std::nullopt;
    // A source route is skipped [RFC 5321 §4.1.1.3].
    if (path.starts_with('@')) {
        const auto colon = path.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        path.remove_prefix(colon + 1);
    }
    if (std::any_of(path.begin(), path.end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; })) {
        return std::nullopt;  // behind a backslash
    }
    if (!is_utf8(path)) return std::nullopt;
    return std::string(path);
}

Result<LmtpCommand> mail_parameters(LmtpCommand command, std::string_view rest) {
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        const auto equals = word.find('=');
        const auto name = word.substr(0, equals);
        const auto value = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
        if (same(name, "SIZE")) {
            command.size = number(value);
            if (!command.size) return refuse(501, "5.5.4", "SIZE needs a number");
        } else if (same(name, "SMTPUTF8") && equals == std::string_view::npos) {
            command.utf8 = true;
        } else if (same(name, "BODY")) {
            if (!same(value, "7BIT") && !same(value, "8BITMIME"))
                return refuse(501, "5.5.4", "BODY is 7BIT or 8BITMIME");
        } else {
            return refuse(555, "5.5.4", "a parameter that is not offered");
        }
    }
    return command;
}

/// `rest` is what follows the verb: " FROM:<…> …".
Result<LmtpCommand> path_command(Verb verb, std::string_view keyword, std::string_view rest) {
    const auto syntax = [&] { return refuse(501, verb == Verb::mail ? "5.1.7" : "5.1.3", "this is no address"); };
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.size() < keyword.size() || !same(rest.substr(0, keyword.size()), keyword)) {
        return refuse(501, "5.5.4", std::string(keyword) + "<address> is missing");
    }
    rest.remove_prefix(keyword.size());
    if (rest.starts_with(' ')) rest.remove_prefix(1);  // COMPAT: "FROM: <…>"
    auto address = take_path(rest);
    if (!address) return syntax();
    LmtpCommand command{verb, std::move(*address), {}, false, false};
    if (verb == Verb::mail) return mail_parameters(std::move(command), rest);
    if (command.address.empty()) return syntax();
    if (!next_word(rest).empty()) return refuse(555, "5.5.4", "a parameter that is not offered");
    return command;
}

Result<LmtpCommand> chunk_command(std::string_view rest) {
    LmtpCommand command{Verb::bdat, {}, number(next_word(rest)), false, false};
    if (!command.size) return refuse(501, "5.5.4", "BDAT needs a size");
    const auto last = next_word(rest);
    command.last = same(last, "LAST");
    if ((!last.empty() && !command.last) || !next_word(rest).empty())
        return refuse(501, "5.5.4", "BDAT size or BDAT size LAST");
    return command;
}

}  // namespace

Result<LmtpCommand> parse_lmtp_command(std::string_view line) {
    std::string_view rest = line;
    const auto verb = rest.starts_with(' ') ? std::string_view() : next_word(rest);
    const auto bare = [&](Verb which) -> Result<LmtpCommand> {
        if (!next_word(rest).empty()) return refuse(501, "5.5.4", "no parameter stands here");
        return LmtpCommand{which, {}, {}, false, false};
    };
    if (same(verb, "MAIL")) return path_command(Verb::mail, "FROM:", rest);
    if (same(verb, "RCPT")) return path_command(Verb::rcpt, "TO:", rest);
    if (same(verb, "DATA")) return bare(Verb::data);
    if (same(verb, "BDAT")) return chunk_command(rest);
    if (same(verb, "RSET")) return bare(Verb::rset);
    if (same(verb, "QUIT")) return bare(Verb::quit);
    if (same(verb, "NOOP")) return LmtpCommand{Verb::noop, {}, {}, false, false};
    if (same(verb, "VRFY")) return LmtpCommand{Verb::vrfy, {}, {}, false, false};
    if (same(verb, "LHLO")) {
        if (next_word(rest).empty()) return refuse(501, "5.5.4", "LHLO needs a name");
        return LmtpCommand{Verb::lhlo, {}, {}, false, false};
    }
    // [RFC 2033 §4.1]: the greeting of SMTP must not work here.
    if (same(verb, "HELO") || same(verb, "EHLO")) return refuse(500, "5.5.1", "this is LMTP: say LHLO");
    return refuse(500, "5.5.2", "this command is not known");
}

}  // namespace coi::net
