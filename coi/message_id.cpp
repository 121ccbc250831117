// Message-IDs [RFC 5322 §3.6.4]: making them with OpenSSL, and parsing fields that also contain other text. Quoted
// strings inside an id are not supported: the id is the text between < and >.

#include "coi/message_id.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace coi {
namespace {

constexpr std::size_t longest_id = 900;  // a longer id does not fit into one line [RFC 5322 §2.1.1]

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
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::array<unsigned char, 16> bytes;
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("OpenSSL has no randomness");
    std::string token;
    unsigned bits = 0, held = 0;
    for (const unsigned char byte : bytes) {
        held = held << 8 | byte;
        for (bits += 8; bits >= 6; bits -= 6) token += alphabet[held >> (bits - 6) & 63];
    }
    token += alphabet[held << (6 - bits) & 63];
    return token;
}

MessageId mint(std::string_view domain) {
    std::string value = "chat$" + random_token() + '@';
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
