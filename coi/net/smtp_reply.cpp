// Codes by position, text by cleaning.
//
// [RFC 5321 §4.2], [RFC 3463 §2]. Left out on purpose: the words' meaning. ICU makes valid UTF-8 of what is not.

#include "coi/net/smtp_reply.h"

#include <unicode/unistr.h>

#include <algorithm>
#include <charconv>

namespace coi::net {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

/// One line that a log or a person may be shown.
std::string clean(std::string_view text) {
    std::string line(text);
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
    }
    if (std::any_of(line.begin(), line.end(), [](char c) { return c & 0x80; })) {
        std::string valid;
        icu::UnicodeString::fromUTF8(line).toUTF8String(valid);
        return valid;
    }
    return line;
}

std::vector<std::string_view> words(std::string_view line) {
    std::vector<std::string_view> result;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find(' '), line.size());
        if (end > 0) result.push_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return result;
}

}  // namespace

std::string SmtpReply::text() const {
    std::string all;
    for (const auto& line : lines) {
        if (!all.empty() && !line.empty()) all += ' ';
        all += line;
    }
    return all;
}

std::string_view enhanced_code(std::string_view text, int code) {
    // class "." subject "." detail, one to three digits each but the class [RFC 3463 §2]
    if (text.size() < 5 || text[0] != static_cast<char>('0' + code / 100) || text[1] != '.') return {};
    if (text[0] != '2' && text[0] != '4' && text[0] != '5') return {};
    std::size_t at = 2;
    for (int part = 0; part < 2; ++part) {
        const std::size_t from = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        if (at == from || at - from > 3) return {};
        if (part == 0 && (at >= text.size() || text[at++] != '.')) return {};
    }
    if (at < text.size() && text[at] != ' ') return {};
    return text.substr(0, at);
}

Result<bool> SmtpReplyReader::take(std::string_view line) {
    bytes_ += line.size();
    if (reply_.lines.size() >= most_lines || bytes_ > most_bytes) return over_limit("the server's reply is too long");
    if (line.size() < 3 || line[0] < '2' || line[0] > '5' || !is_digit(line[1]) || !is_digit(line[2]) ||
        (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
        return malformed("the server does not answer as SMTP does");
    }
    const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    // Every line of a reply has the same code [RFC 5321 §4.2.1]. COMPAT: where not, the last has it, as mail systems
    // read it.
    reply_.code = code;
    if (!reply_.enhanced.empty() && reply_.enhanced.front() != line[0]) reply_.enhanced.clear();
    const bool last = line.size() == 3 || line[3] == ' ';
    std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
    if (const auto enhanced = enhanced_code(text, code); !enhanced.empty()) {
        if (reply_.enhanced.empty()) reply_.enhanced = enhanced;
        text.remove_prefix(std::min(enhanced.size() + 1, text.size()));
    }
    reply_.lines.push_back(clean(text));
    return last;
}

SmtpOffer parse_offer(const SmtpReply& ehlo) {
    SmtpOffer offer;
    for (std::size_t i = 1; i < ehlo.lines.size(); ++i) {  // the first line is the greeting
        // COMPAT: "AUTH=PLAIN LOGIN", as servers wrote it before the standard.
        std::string line = upper(ehlo.lines[i]);
        if (line.starts_with("AUTH=")) line[4] = ' ';
        const auto part = words(line);
        if (part.empty()) continue;
        if (part[0] == "STARTTLS") offer.starttls = true;
        if (part[0] == "PIPELINING") offer.pipelining = true;
        if (part[0] == "8BITMIME") offer.eight_bit = true;
        if (part[0] == "SMTPUTF8") offer.utf8 = true;
        if (part[0] == "DSN") offer.dsn = true;
        if (part[0] == "SIZE") {
            offer.size = true;
            std::size_t number = 0;
            if (part.size() > 1) {
                const auto [end, error] = std::from_chars(part[1].data(), part[1].data() + part[1].size(), number);
                if (error == std::errc{} && end == part[1].data() + part[1].size()) offer.most_bytes = number;
            }
        }
        if (part[0] == "AUTH") {
            for (std::size_t m = 1; m < part.size(); ++m) {
                if (std::find(offer.auth.begin(), offer.auth.end(), part[m]) == offer.auth.end()) {
                    offer.auth.emplace_back(part[m]);
                }
            }
        }
    }
    return offer;
}

}  // namespace coi::net
