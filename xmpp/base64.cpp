// See base64.h.

#include "xmpp/base64.h"

#include <gloox/base64.h>

#include <algorithm>

namespace xmpp::base64 {
namespace {

bool is_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

std::string encode(std::string_view bytes) { return gloox::Base64::encode64(std::string(bytes)); }

std::string decode(std::string_view text, std::size_t most) {
    if (text.size() > most * 2 + 100) return {};  // with its white space
    std::string digits(text);
    std::erase_if(digits, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
    while (digits.ends_with('=')) digits.pop_back();
    if (!std::ranges::all_of(digits, is_digit) || digits.size() % 4 == 1) return {};
    digits.append((4 - digits.size() % 4) % 4, '=');
    std::string bytes = gloox::Base64::decode64(digits);
    return bytes.size() > most ? std::string() : bytes;
}

}  // namespace xmpp::base64
