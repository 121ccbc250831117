// Chat-User-Avatar; see avatar.h.

#include "coi/mail/avatar.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/gobject.h"

namespace coi::avatar {
namespace {

constexpr std::string_view mark = "base64:";
constexpr std::size_t line_width = 76;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

bool is_digit(char c) { return g_ascii_isalnum(c) || c == '+' || c == '/'; }

}  // namespace

bool is_field(std::string_view name) {
    const std::string field = lower(trim(name));
    return field == "chat-user-avatar" || field == "chat-group-avatar";
}

std::optional<std::string> read(std::string_view raw_value) {
    if (raw_value.size() > most_field_bytes) return std::nullopt;
    std::string value(raw_value);
    std::erase_if(value, is_space);
    if (value == "0") return "";
    if (!value.starts_with(mark)) return std::nullopt;
    value.erase(0, mark.size());
    while (value.ends_with('=')) value.pop_back();
    if (value.size() < 2 || value.size() % 4 == 1 || !std::ranges::all_of(value, is_digit)) return std::nullopt;
    value.append((4 - value.size() % 4) % 4, '=');
    gsize length = 0;
    const std::unique_ptr<guchar, GFree> bytes(g_base64_decode(value.c_str(), &length));
    if (length == 0 || length > most_bytes) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes.get()), length);
}

void append_field(std::string& out, std::string_view bytes) {
    out += "Chat-User-Avatar: ";
    if (bytes.empty()) {
        out += "0\r\n";
        return;
    }
    const OwnedText encoded(g_base64_encode(reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
    out += mark;
    for (std::string_view rest = encoded.get(); !rest.empty();) {
        const auto line = rest.substr(0, line_width);
        out.append("\r\n ").append(line);
        rest.remove_prefix(line.size());
    }
    out += "\r\n";
}

}  // namespace coi::avatar
