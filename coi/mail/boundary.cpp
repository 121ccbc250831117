// Boundaries that parsers miss; see boundary.h.

#include "coi/mail/boundary.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {
namespace {

constexpr std::size_t looked_at = 64 * 1024;  // of the body
constexpr std::size_t longest = 70;           // [RFC 2046 §5.1.1]

std::string_view next_line(std::string_view& text) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

bool may_be_boundary(std::string_view name) {
    return !name.empty() && name.size() <= longest &&
           std::ranges::all_of(name, [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

/// True if a line starts a part with this boundary.
bool occurs(std::string_view name, std::string_view body) {
    if (name.empty()) return false;
    while (!body.empty()) {
        const auto line = next_line(body);
        if (line.starts_with("--") && trim(line.substr(2)) == name) return true;
    }
    return false;
}

/// The value after the word "boundary", whatever surrounds it.
std::string_view named(std::string_view field) {
    constexpr std::string_view word = "boundary";
    const std::string low = lower(field);
    const auto at = low.find(word);
    if (at == low.npos) return {};
    auto rest = trim(field.substr(at + word.size()));
    while (!rest.empty() && (rest.front() == '=' || rest.front() == ':' || rest.front() == ' ')) rest.remove_prefix(1);
    const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
    if (quoted) return trim(rest.substr(1, rest.find(rest.front(), 1) - 1));
    return rest.substr(0, rest.find_first_of(";, \t\r\n\""));
}

/// The first line of the body that starts with "--" and is above header fields.
std::string_view seen(std::string_view body) {
    while (!body.empty()) {
        const auto line = next_line(body);
        if (!line.starts_with("--")) continue;
        const auto name = trim(line.substr(2));
        auto after = body;
        const auto below = next_line(after);
        if (may_be_boundary(name) && lower(below.substr(0, 8)) == "content-") return name;
    }
    return {};
}

}  // namespace

std::optional<std::string> better_boundary(std::string_view read, std::string_view content_type,
                                           std::string_view body) {
    body = body.substr(0, looked_at);
    if (occurs(read, body)) return std::nullopt;
    for (const auto found : {named(content_type), seen(body)}) {
        if (found != read && may_be_boundary(found) && occurs(found, body)) return std::string(found);
    }
    return std::nullopt;
}

}  // namespace coi
