// Message-IDs [RFC 5322 §3.6.4]: making them with OpenSSL, and parsing fields that also contain other text. Quoted
// strings inside an id are not supported: the id is the text between < and >.

#include "coi/message_id.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <utility>

namespace coi {
namespace {

constexpr std::size_t longest_id = 900;  // a longer id does not fit into one line [RFC 5322 §2.1.1]
constexpr std::size_t token_bytes = 16;
constexpr std::string_view alphabet = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";  // sorted

void draw(std::span<unsigned char> bytes) {
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("OpenSSL has no randomness");
}

std::string token_of(std::span<const unsigned char, token_bytes> bytes) {
    std::string token;
    unsigned bits = 0, held = 0;
    for (const unsigned char byte : bytes) {
        held = held << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) token += alphabet[held >> (bits - 6) & 63];
    }
    token += alphabet[held << (6 - bits) & 63];
    return token;
}

/// Milliseconds since 1970, so that ids sort by time: then the newest stand together in the store's indexes.
std::string time_prefix() {
    constexpr int digits = 7;  // until 2109
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    auto left = static_cast<std::uint64_t>(now.time_since_epoch().count());
    std::string prefix(digits, '-');
    for (int i = digits; i-- > 0; left >>= 6) prefix[static_cast<std::size_t>(i)] = alphabet[left & 63];
    return prefix;
}

bool is_id_char(char c) { return c > ' ' && c < 0x7f && c != '<' && c != '>'; }

/// The id in `token`, without white space (folding inside of it); empty if it is invalid.
MessageId read_id(std::string_view token) {
    MessageId id;
    for (const char c : token) {
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') continue;
        if (!is_id_char(c)) return {};
        id.value += c;
    }
    if (id.value.size() > longest_id) id.value.clear();
    return id;
}

/// The ids of a field without angle brackets: every word with an @ inside.
void read_bare_ids(std::string_view field, std::size_t most, std::vector<MessageId>& ids) {
    constexpr std::string_view separators = " \t\r\n,;\"";
    while (ids.size() < most) {
        const auto start = field.find_first_not_of(separators);
        if (start == std::string_view::npos) return;
        const auto end = std::min(field.find_first_of(separators, start), field.size());
        const auto word = field.substr(start, end - start);
        const auto at = word.find('@');
        if (at != std::string_view::npos && at != 0 && at + 1 != word.size()) {
            if (auto id = read_id(word); !id.empty()) ids.push_back(std::move(id));
        }
        field.remove_prefix(end);
    }
}

}  // namespace

std::string random_token() {
    std::array<unsigned char, token_bytes> bytes;
    draw(bytes);
    return token_of(bytes);
}

MessageId mint(std::string_view domain) {
    // Randomness for many ids at once: a call of OpenSSL's generator costs more than all the rest.
    thread_local std::array<unsigned char, 64 * token_bytes> drawn;
    thread_local std::size_t used = drawn.size();
    if (used == drawn.size()) {
        draw(drawn);
        used = 0;
    }
    std::string value = "chat$" + time_prefix() + token_of(std::span(drawn).subspan(used).first<token_bytes>()) + '@';
    used += token_bytes;
    return {value.append(domain)};
}

bool is_chat(const MessageId& id) { return id.value.starts_with("chat$"); }

bool is_printable(const MessageId& id) {
    return !id.empty() && id.value.size() <= longest_id && std::ranges::all_of(id.value, is_id_char);
}

std::vector<MessageId> parse_message_ids(std::string_view field, std::size_t most) {
    std::vector<MessageId> ids;
    if (field.find('<') == std::string_view::npos) {
        read_bare_ids(field, most, ids);
        return ids;
    }
    while (ids.size() < most) {
        auto start = field.find('<');
        if (start == std::string_view::npos) break;
        const auto end = field.find('>', start);
        if (end == std::string_view::npos) break;
        start = field.rfind('<', end);  // the id in "<junk <id>"
        if (auto id = read_id(field.substr(start + 1, end - start - 1)); !id.empty()) ids.push_back(std::move(id));
        field.remove_prefix(end + 1);
    }
    return ids;
}

}  // namespace coi
