// Commands, doubled angle brackets and line ends; see enriched.h.

#include "coi/mail/enriched.h"

#include <algorithm>

#include "coi/mail/charset.h"

namespace coi {
namespace {

constexpr std::size_t longest_command = 62;  // with its brackets and slash [RFC 1896 "Syntax"]

/// The command that begins at `<`, in lower case; "" if none does.
std::string command_at(std::string_view text) {
    const auto end = text.substr(0, longest_command).find('>');
    if (end == text.npos) return {};
    const auto name = text.substr(1, end - 1);
    const auto letters = name.starts_with('/') ? name.substr(1) : name;
    const bool is_name = !letters.empty() && std::ranges::all_of(letters, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    return is_name ? lower(name) : std::string();
}

}  // namespace

std::string enriched_to_text(std::string_view text, bool richtext) {
    std::string out;
    bool is_filled = true, in_parameter = false;
    while (!text.empty()) {
        if (text[0] == '\n' && is_filled && !in_parameter) {  // one is a space, each further one a line end
            const auto count = std::min(text.find_first_not_of('\n'), text.size());
            count == 1 || richtext ? out += ' ' : out.append(count - 1, '\n');
            text.remove_prefix(count);
            continue;
        }
        if (text[0] == '<' && !richtext && text.starts_with("<<")) {
            if (!in_parameter) out += '<';
            text.remove_prefix(2);
            continue;
        }
        const std::string command = text[0] == '<' ? command_at(text) : std::string();
        if (command.empty()) {
            if (!in_parameter) out += text[0];
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(command.size() + 2);
        if (command == "nofill" || command == "/nofill") is_filled = command[0] == '/';
        if (command == "param" || command == "comment") in_parameter = true;
        if (command == "/param" || command == "/comment") in_parameter = false;
        if (richtext && command == "lt") out += '<';
        if (richtext && (command == "nl" || command == "paragraph" || command == "/paragraph")) out += '\n';
    }
    return out;
}

}  // namespace coi
