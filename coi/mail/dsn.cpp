// Reading message/delivery-status [RFC 3464 §2], xtext [RFC 3461 §4] and utf-8 addresses [RFC 6533 §3].
// Of the fields only what a sender can be told is kept. Writing is coi/mail/bounce.cpp.

#include "coi/mail/dsn.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t most_recipients = 200;
constexpr std::size_t longest_diagnostic = 1000;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'); }

/// xtext [RFC 3461 §4]: "+2B" is "+".
std::string decode_xtext(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && i + 2 < text.size() && is_hex(text[i + 1]) && is_hex(text[i + 2])) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return clean_line(to_utf8(out, "utf-8"));
}

/// "rfc822; bob@example.org" → "bob@example.org": the words after a type [RFC 3464 §2.1.2]; `;` is missing at times.
std::string_view after_type(std::string_view value) {
    const auto semicolon = value.find(';');
    return trim(semicolon == std::string_view::npos ? value : value.substr(semicolon + 1));
}

/// "\x{e9}" [RFC 6533 §3] of the characters that utf-8-addr-xtext escapes.
std::string decode_unitext(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = text.starts_with("\\x{") ? text.find('}') : std::string_view::npos;
        const auto digits = end == std::string_view::npos ? std::string_view() : text.substr(3, end - 3);
        if (digits.empty() || digits.size() > 6 || !std::ranges::all_of(digits, is_hex)) {
            out += text[0];
            text.remove_prefix(1);
            continue;
        }
        const unsigned long code = std::stoul(std::string(digits), nullptr, 16);
        if (code < 0x80) {
            out += static_cast<char>(code);
        } else if (code < 0x800) {
            out += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 63))};
        } else if (code < 0x10000) {
            out += {static_cast<char>(0xe0 | code >> 12), static_cast<char>(0x80 | (code >> 6 & 63)),
                    static_cast<char>(0x80 | (code & 63))};
        } else {
            out += {static_cast<char>(0xf0 | code >> 18), static_cast<char>(0x80 | (code >> 12 & 63)),
                    static_cast<char>(0x80 | (code >> 6 & 63)), static_cast<char>(0x80 | (code & 63))};
        }
        text.remove_prefix(end + 1);
    }
    return out;
}

/// The addr-spec of a recipient field, in UTF-8; some servers write angle brackets around it.
std::string read_recipient(std::string_view value) {
    const bool unicode = lower(value.substr(0, 5)) == "utf-8";
    auto spec = after_type(value);
    if (spec.starts_with('<') && spec.ends_with('>')) spec = spec.substr(1, spec.size() - 2);
    return clean_line(to_utf8(unicode ? decode_unitext(spec) : std::string(spec), "utf-8"));
}

std::optional<Dsn::Action> read_action(std::string_view value) {
    const std::string word = lower(value.substr(0, value.find_first_of(" \t(;")));
    if (word == "failed" || word == "failure") return Dsn::Action::failed;
    if (word == "delayed") return Dsn::Action::delayed;
    if (word == "delivered") return Dsn::Action::delivered;
    if (word == "relayed") return Dsn::Action::relayed;
    if (word == "expanded") return Dsn::Action::expanded;
    return std::nullopt;
}

/// "5.1.1" out of "5.1.1 (unknown user)".
std::string read_status(std::string_view value) {
    const auto word = value.substr(0, value.find_first_not_of("0123456789."));
    return std::ranges::count(word, '.') == 2 && word.size() <= 11 ? std::string(word) : std::string();
}

std::optional<Dsn::Recipient> read_recipient_fields(const std::vector<Field>& fields) {
    Dsn::Recipient recipient;
    // The address that the sender wrote to, before forwarding; some servers write other text there.
    recipient.address = read_recipient(field(fields, "original-recipient"));
    if (!parse_addr_spec(recipient.address)) {
        const auto last = read_recipient(field(fields, "final-recipient"));
        if (!last.empty()) recipient.address = last;
    }
    recipient.status = read_status(field(fields, "status"));
    recipient.diagnostic = decode_header(after_type(field(fields, "diagnostic-code")));
    const auto doubled = [](char a, char b) { return a == ' ' && b == ' '; };  // remains of folded lines
    recipient.diagnostic.erase(std::ranges::unique(recipient.diagnostic, doubled).begin(), recipient.diagnostic.end());
    recipient.diagnostic = std::string(cut_utf8(recipient.diagnostic, longest_diagnostic));
    const auto action = read_action(field(fields, "action"));
    if (!action && (recipient.address.empty() || recipient.status.empty())) return std::nullopt;
    // Without an action the class of the status says the same [RFC 3463 §2].
    recipient.action = action.value_or(recipient.status.starts_with('5')   ? Dsn::Action::failed
                                       : recipient.status.starts_with('4') ? Dsn::Action::delayed
                                                                           : Dsn::Action::delivered);
    return recipient;
}

/// The groups of fields, separated by blank lines.
std::vector<std::string_view> split_groups(std::string_view part) {
    std::vector<std::string_view> groups;
    std::size_t start = 0;
    for (std::size_t at = 0; at < part.size() && groups.size() <= most_recipients;) {
        const auto end = std::min(part.find('\n', at), part.size() - 1) + 1;
        if (trim(part.substr(at, end - at)).empty()) {
            if (at > start) groups.push_back(part.substr(start, at - start));
            start = end;
        }
        at = end;
    }
    if (start < part.size()) groups.push_back(part.substr(start));
    return groups;
}

}  // namespace

Result<Dsn> parse_dsn(std::string_view part) {
    Dsn dsn;
    for (const auto group : split_groups(part)) {
        const auto fields = split_fields(group);
        if (dsn.envelope_id.empty()) dsn.envelope_id = decode_xtext(field(fields, "original-envelope-id"));
        auto recipient = read_recipient_fields(fields);
        if (recipient && dsn.recipients.size() < most_recipients) dsn.recipients.push_back(std::move(*recipient));
    }
    if (dsn.recipients.empty()) return malformed("a delivery status notification without a recipient");
    return dsn;
}

}  // namespace coi
