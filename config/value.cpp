// Sizes, durations, hosts and domains from text; see config/value.h.
//
// Left out on purpose: fractions and sums ("1.5 MiB", "1 h 30 min"); one number and one unit say everything an operator
// needs.

#include "config/value.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

namespace config {
namespace {

struct Quantity {
    std::uint64_t number = 0;
    std::string unit;  // lower case, "" if there was none
};

std::optional<Quantity> parse_quantity(std::string_view text) {
    Quantity quantity;
    const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), quantity.number);
    if (failure != std::errc{}) return std::nullopt;
    std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
    while (unit.starts_with(' ')) unit.remove_prefix(1);
    quantity.unit = lower(unit);
    return quantity;
}

template <std::size_t n>
std::optional<std::uint64_t> multiply(const Quantity& quantity,
                                      const std::array<std::pair<std::string_view, std::uint64_t>, n>& units) {
    const auto unit =
        std::find_if(units.begin(), units.end(), [&](const auto& it) { return it.first == quantity.unit; });
    if (unit == units.end()) return std::nullopt;
    // Nothing that is counted here comes near 2^62; a number beyond it is a slip, not a setting.
    if (quantity.number > std::numeric_limits<std::uint64_t>::max() / 4 / unit->second) return std::nullopt;
    return quantity.number * unit->second;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    static constexpr std::uint64_t k = 1000, ki = 1024;
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 10> units{{{"", 1},
                                                                                       {"b", 1},
                                                                                       {"bytes", 1},
                                                                                       {"kb", k},
                                                                                       {"mb", k * k},
                                                                                       {"gb", k * k * k},
                                                                                       {"kib", ki},
                                                                                       {"mib", ki * ki},
                                                                                       {"gib", ki * ki * ki},
                                                                                       {"byte", 1}}};
    const auto quantity = parse_quantity(text);
    return quantity ? multiply(*quantity, units) : std::nullopt;
}

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    static constexpr std::uint64_t min = 60, h = 60 * min, day = 24 * h, week = 7 * day;
    static constexpr std::array<std::pair<std::string_view, std::uint64_t>, 16> units{{{"", 1},
                                                                                       {"s", 1},
                                                                                       {"sec", 1},
                                                                                       {"second", 1},
                                                                                       {"seconds", 1},
                                                                                       {"min", min},
                                                                                       {"minute", min},
                                                                                       {"minutes", min},
                                                                                       {"h", h},
                                                                                       {"hour", h},
                                                                                       {"hours", h},
                                                                                       {"d", day},
                                                                                       {"day", day},
                                                                                       {"days", day},
                                                                                       {"week", week},
                                                                                       {"weeks", week}}};
    const auto quantity = parse_quantity(text);
    const auto seconds = quantity ? multiply(*quantity, units) : std::nullopt;
    if (!seconds || *seconds > std::numeric_limits<std::int64_t>::max() / 2) return std::nullopt;
    return std::chrono::seconds(static_cast<std::int64_t>(*seconds));
}

std::optional<HostPort> parse_host_port(std::string_view text, std::uint16_t default_port) {
    HostPort result{{}, default_port};
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {  // an IPv6 literal [RFC 3986 §3.2.2]
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        result.host = text.substr(1, end - 1);
        if (!is_address_literal(result.host)) return std::nullopt;
        const auto rest = text.substr(end + 1);
        if (!rest.empty() && rest[0] != ':') return std::nullopt;
        has_port = !rest.empty();
        if (has_port) port = rest.substr(1);
    } else {
        const auto colon = text.find(':');
        has_port = colon != std::string_view::npos;
        result.host = lower(text.substr(0, colon));
        if (has_port) port = text.substr(colon + 1);
        if (!is_domain(result.host)) return std::nullopt;
    }
    if (has_port) {
        const auto [rest, failure] = std::from_chars(port.data(), port.data() + port.size(), result.port);
        if (failure != std::errc{} || rest != port.data() + port.size()) return std::nullopt;
    }
    if (result.port == 0) return std::nullopt;
    return result;
}

bool is_domain(std::string_view text) {
    if (text.empty() || text.size() > 253) return false;
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const auto label = text.substr(begin, text.substr(begin).find('.'));
        if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
        for (const unsigned char c : label) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
            if (!plain && c < 0x80) return false;
        }
        begin += label.size() + 1;
    }
    return true;
}

bool is_address_literal(std::string_view text) {
    const std::string address(text);
    in6_addr buffer{};
    return inet_pton(AF_INET, address.c_str(), &buffer) == 1 || inet_pton(AF_INET6, address.c_str(), &buffer) == 1;
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

std::size_t distance(std::string_view a, std::string_view b) {
    constexpr std::size_t longest = 64;  // no key is longer; a hostile one must not cost a quadratic time
    if (a.size() > longest || b.size() > longest) return std::max(a.size(), b.size());
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
    for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        for (std::size_t j = 1; j <= b.size(); ++j) {
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

}  // namespace config
