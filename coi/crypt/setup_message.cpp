// Autocrypt Setup Message; see setup_message.h.

#include "coi/crypt/setup_message.h"

#include <algorithm>
#include <optional>

#include "coi/crypt/openpgp.h"
#include "coi/mail/charset.h"

namespace coi::setup_message {
namespace {

/// The text from the first line of that kind of armour to its last; "" if there is none.
std::string_view armour(std::string_view text, const std::string& kind) {
    const auto begin = text.find("-----BEGIN " + kind + "-----");
    if (begin == std::string_view::npos) return {};
    const std::string last = "-----END " + kind + "-----";
    const auto end = text.find(last, begin);
    return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + last.size() - begin);
}

/// The value of an armour header [RFC 4880 §6.2]; "" if it is missing.
std::string_view armour_header(std::string_view armoured, std::string_view name) {
    for (auto at = armoured.find('\n'); at != std::string_view::npos; at = armoured.find('\n')) {
        armoured.remove_prefix(at + 1);
        const auto line = trim(armoured.substr(0, armoured.find('\n')));
        if (line.empty()) break;  // the headers end
        if (line.starts_with(name) && line.substr(name.size()).starts_with(": ")) return line.substr(name.size() + 2);
    }
    return {};
}

bool is_from_and_to(const Message& mail, const Address& own) {
    const auto is_own = [&](const std::vector<Address>& list) {
        return list.size() == 1 && list.front().canonical() == own.canonical();
    };
    return is_own(mail.from) && is_own(mail.to) && mail.cc.empty();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool is_setup_message(const Message& mail) { return mail.header("autocrypt-setup-message") == "v1"; }

Result<Found> read(const Message& mail, const Address& own) {
    if (!is_setup_message(mail)) return malformed("not an Autocrypt Setup Message of version 1");
    if (!is_from_and_to(mail, own)) return malformed("an Autocrypt Setup Message that is not from you to yourself");
    const auto is_setup = [](const Attachment& part) { return part.content_type == "application/autocrypt-setup"; };
    if (mail.attachments.size() != 1 || !is_setup(mail.attachments.front()))
        return malformed("an Autocrypt Setup Message without exactly one setup file");
    Found found;
    found.armoured = armour(mail.attachments.front().bytes, "PGP MESSAGE");
    if (found.armoured.empty()) return malformed("an Autocrypt Setup Message without an encrypted key");
    found.is_numeric = armour_header(found.armoured, "Passphrase-Format") == "numeric9x4";
    const auto begin = armour_header(found.armoured, "Passphrase-Begin");
    if (begin.size() <= 4 && std::ranges::all_of(begin, is_digit)) found.begin = begin;
    return found;
}

Secret setup_code(const Found& found, std::string_view typed) {
    const auto digits = static_cast<std::size_t>(std::ranges::count_if(typed, is_digit));
    constexpr std::size_t groups = 9, group = 4;
    if (!found.is_numeric || digits != groups * group) return Secret(std::string(trim(typed)));
    std::string code;
    code.reserve(groups * (group + 1));
    std::size_t taken = 0;
    for (const char c : typed) {
        if (!is_digit(c)) continue;
        if (taken != 0 && taken % group == 0) code += '-';
        code += c;
        ++taken;
    }
    return Secret(std::move(code));
}

Result<Opened> open(const Found& found, const Secret& setup_code) {
    const auto plain = openpgp::decrypt_with_passphrase(found.armoured, setup_code);
    if (!plain) return plain.error();
    const auto text = trim(plain->bytes());
    const auto key = armour(text, "PGP PRIVATE KEY BLOCK");
    // It starts with the key; text after it is ignored.
    if (key.empty() || key.data() != text.data()) return malformed("the Autocrypt Setup Message holds no secret key");
    return Opened{Secret(std::string(key)), armour_header(key, "Autocrypt-Prefer-Encrypt") == "mutual"};
}

}  // namespace coi::setup_message
