// JID escaping [XEP-0106 §3, §4]; see xep0106_escape.h.

#include "xmpp/xep/xep0106_escape.h"

namespace xmpp::xep0106 {
namespace {

constexpr std::string_view forbidden = " \"&'/:<>@";
constexpr std::string_view hex = "0123456789abcdef";

/// The character that the three bytes at `at` stand for, or '\0'.
char escaped_at(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size() || text[at] != '\\') return '\0';
    const auto high = hex.find(text[at + 1]), low = hex.find(text[at + 2]);
    if (high == hex.npos || low == hex.npos) return '\0';
    const char value = static_cast<char>(high * 16 + low);
    return value == '\\' || forbidden.find(value) != forbidden.npos ? value : '\0';
}

void append_escape(std::string& out, char value) {
    out += '\\';
    out += hex[static_cast<unsigned char>(value) >> 4];
    out += hex[static_cast<unsigned char>(value) & 15];
}

}  // namespace

std::string escape_node(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        // [XEP-0106 §4.2] a backslash is escaped only where it would start an escape.
        if (forbidden.find(text[at]) != forbidden.npos || escaped_at(text, at))
            append_escape(out, text[at]);
        else
            out += text[at];
    }
    return out;
}

std::string unescape_node(std::string_view node) {
    std::string out;
    for (std::size_t at = 0; at < node.size(); ++at) {
        if (const char value = escaped_at(node, at)) {
            out += value;
            at += 2;
        } else {
            out += node[at];
        }
    }
    return out;
}

}  // namespace xmpp::xep0106
