// Tokens of IMAP responses; see the header for what is accepted and what is not.

#include "coi/net/imap_scanner.h"

#include <algorithm>

#include "coi/net/imap_text.h"

namespace coi::net {

namespace {

/// Bytes that end an atom [RFC 9051 §9 atom-specials]. "]" is resp-special: callers decide. "%" and "*" are ended only
/// for what clients send; servers write them in flags and patterns.
bool ends_atom(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '(' || c == ')' || c == '{' || c == '"' ||
           c == '\\';
}

bool digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::optional<std::uint64_t> announced_literal(std::string_view line) {
    if (line.empty() || line.back() != '}') return std::nullopt;
    line.remove_suffix(1);
    if (!line.empty() && line.back() == '+') line.remove_suffix(1);
    std::size_t begin = line.size();
    while (begin > 0 && digit(line[begin - 1])) --begin;
    if (begin == line.size() || begin == 0 || line[begin - 1] != '{' || line.size() - begin > 19) return std::nullopt;
    std::uint64_t size = 0;
    for (char c : line.substr(begin)) size = size * 10 + static_cast<std::uint64_t>(c - '0');
    return size;
}

void ImapScanner::fail(std::string what) {
    if (!error_) error_ = malformed("IMAP response: " + std::move(what));
}

bool ImapScanner::take(char c) {
    if (error_ || rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
}

void ImapScanner::expect(char c) {
    if (!take(c)) fail(std::string("expected '") + c + "'");
}

void ImapScanner::space() {
    if (!take(' ')) return fail("expected a space");
    while (take(' ')) {  // COMPAT: servers that write two
    }
}

bool ImapScanner::take_word(std::string_view word) {
    if (error_ || rest_.size() < word.size() || !same_ascii(rest_.substr(0, word.size()), word)) return false;
    const std::string_view after = rest_.substr(word.size());
    if (!after.empty() && !ends_atom(after.front()) && after.front() != ']') return false;
    rest_ = after;
    return true;
}

std::string ImapScanner::atom(std::string_view extra) {
    if (error_) return {};
    std::size_t size = 0;
    while (size < rest_.size() && !ends_atom(rest_[size]) &&
           (rest_[size] != ']' || extra.find(']') != std::string_view::npos))
        ++size;
    if (size == 0) return fail("expected an atom"), std::string{};
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
}

/// COMPAT: servers hand on whatever keywords their users' programs have set: "OIB-Seen-[Gmail]/Important", "Café",
/// "a{b}".
std::string ImapScanner::flag() {
    if (take('"')) return lower_ascii(quoted());
    if (error_) return {};
    const std::size_t size = std::min(rest_.find_first_of(" ()\r\n"), rest_.size());
    if (size == 0) return fail("expected a flag"), std::string{};
    std::string value = lower_ascii(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
}

void ImapScanner::skip_flags() {
    if (take_word("NIL")) return;
    expect('(');
    while (!error_ && !take(')')) {
        if (rest_.empty()) return fail("flags without an end");
        if (take('"'))
            quoted();
        else
            rest_.remove_prefix(1);
    }
}

std::uint64_t ImapScanner::number(std::uint64_t most) {
    if (error_) return 0;
    std::size_t size = 0;
    std::uint64_t value = 0;
    for (; size < rest_.size() && digit(rest_[size]); ++size) {
        const auto next = static_cast<std::uint64_t>(rest_[size] - '0');
        if (value > (most - next) / 10) return fail("a number that is too big"), 0;
        value = value * 10 + next;
    }
    if (size == 0) return fail("expected a number"), 0;
    rest_.remove_prefix(size);
    return value;
}

std::string ImapScanner::quoted() {
    std::string value;
    while (!rest_.empty()) {
        char c = rest_.front();
        rest_.remove_prefix(1);
        if (c == '"') return value;
        if (c == '\\') {
            if (rest_.empty()) break;
            c = rest_.front();
            rest_.remove_prefix(1);
        }
        if (c == '\r' || c == '\n' || c == '\0') break;
        value += c;
    }
    return fail("a quoted string without its end"), std::string{};
}

std::string ImapScanner::literal() {
    const std::size_t end = rest_.find("\r\n");
    const auto size = end == std::string_view::npos ? std::nullopt : announced_literal(rest_.substr(0, end));
    if (!size || next_literal_ >= line_.literals.size() || line_.literals[next_literal_].size() != *size)
        return fail("a literal without its bytes"), std::string{};
    rest_.remove_prefix(end + 2);
    return std::move(line_.literals[next_literal_++]);
}

std::string ImapScanner::string() {
    if (error_) return {};
    if (take('"')) return quoted();
    if (peek() == '~' && rest_.size() > 1 && rest_[1] == '{') rest_.remove_prefix(1);  // literal8
    if (peek() == '{') return literal();
    return fail("expected a string"), std::string{};
}

std::string ImapScanner::astring() {
    const char c = peek();
    if (c == '"' || c == '{' || (c == '~' && rest_.size() > 1 && rest_[1] == '{')) return string();
    return atom();
}

std::optional<std::string> ImapScanner::nstring() {
    if (take_word("NIL")) return std::nullopt;
    return string();
}

void ImapScanner::skip_value(int depth) {
    if (depth > deepest) return fail("lists nested too deep");
    switch (peek()) {
        case '(':
            take('(');
            while (ok() && !take(')')) {
                if (take(' ')) continue;
                skip_value(depth + 1);  // BODYSTRUCTURE has parts without a space between [RFC 9051 §9 body]
            }
            return;
        case '"':
        case '{':
            string();
            return;
        case '~':
            astring();
            return;
        case '\\':
            flag();
            return;
        default:
            atom();
    }
}

}  // namespace coi::net
