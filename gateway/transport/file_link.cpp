// See file_link.h.

#include "gateway/transport/file_link.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include "gateway/translate/file_name.h"

namespace gateway::file_link {
namespace {

constexpr std::size_t longest_name = 100, longest_end = 8;  // bytes

bool is_plain(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_'; }

std::string plain(std::string_view text, std::size_t most) {
    std::string safe;
    for (const char c : text) {
        const bool is_further = (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // byte of a letter [RFC 3629 §3]
        if (!is_further) safe += is_plain(c) ? c : '_';
    }
    safe.erase(0, std::min(safe.find_first_not_of("._-"), safe.size()));
    return safe.substr(0, most);
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_one = error == std::errc() && end == text.data() + text.size() && !text.empty();
    return is_one ? std::optional(value) : std::nullopt;
}

/// [RFC 9112 §3.2.2] a target may be a whole URL.
std::string_view path_of(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const auto slash = target.find('/', scheme.size());
        target = slash == target.npos ? "" : target.substr(slash);
    }
    return target.substr(0, target.find_first_of("?#"));
}

}  // namespace

std::string plain_name(std::string_view name, std::string_view type) {
    const auto dot = name.rfind('.');
    std::string end = dot == name.npos ? "" : plain(name.substr(dot + 1), longest_end);
    if (end.empty() && type != "application/octet-stream") {
        end = plain(type.substr(std::min(type.find('/') + 1, type.size())), longest_name);
        if (end.size() > longest_end) end.clear();
    }
    std::string stem = plain(name.substr(0, dot), longest_name);
    if (stem.empty()) stem = type.starts_with("image/") ? "image" : "file";
    return end.empty() ? stem : stem + "." + end;
}

Link mint(std::string_view name, std::string_view type) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, token_size / 2> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) throw std::runtime_error("no random numbers");
    std::string token;
    for (const unsigned char byte : random) {
        token += digits[byte >> 4];
        token += digits[byte & 15];
    }
    return {std::move(token), plain_name(name, type)};
}

bool is_token(std::string_view text) {
    return text.size() == token_size &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::optional<Link> in_target(std::string_view target, std::string_view path) {
    std::string_view rest = path_of(target);
    if (path.empty() || !rest.starts_with(path)) return std::nullopt;
    rest.remove_prefix(path.size());
    const auto slash = rest.find('/');
    if (slash == rest.npos || !is_token(rest.substr(0, slash))) return std::nullopt;
    const std::string_view name = rest.substr(slash + 1);
    const bool is_name = !name.empty() && name.size() <= longest_name + 1 + longest_end && name.front() != '.' &&
                         std::ranges::all_of(name, is_plain);
    if (!is_name) return std::nullopt;
    return Link{std::string(rest.substr(0, slash)), std::string(name)};
}

std::pair<Asked, Range> range(std::string_view field, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    const std::pair<Asked, Range> all{Asked::all, {0, size}};
    if (!field.starts_with(unit)) return all;
    field.remove_prefix(unit.size());
    const auto dash = field.find('-');
    if (dash == field.npos) return all;
    const auto first = number(field.substr(0, dash)), last = number(field.substr(dash + 1));
    const bool is_end = dash == 0, is_open = dash + 1 == field.size();
    if (is_end) {  // the last bytes
        if (!last) return all;
        const std::uint64_t length = std::min(*last, size);
        if (length == 0) return {Asked::nothing, {}};
        return {Asked::part, {size - length, length}};
    }
    if (!first || (!last && !is_open) || (last && *last < *first)) return all;
    if (*first >= size) return {Asked::nothing, {}};
    const std::uint64_t end = last ? std::min(*last, size - 1) : size - 1;
    return {Asked::part, {*first, end - *first + 1}};
}

std::string served_type(std::string_view name) { return file_name::media_type({}, name); }

std::string disposition(std::string_view name) {
    const std::string type = served_type(name);
    const bool is_shown = type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
    return std::string(is_shown ? "inline" : "attachment") + "; filename=\"" + std::string(name) + "\"";
}

}  // namespace gateway::file_link
