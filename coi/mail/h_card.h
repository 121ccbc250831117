// What a COI program says of its user in an HTML part: a picture and the words under the name.
//
// [COI-C "User Profile Information Message Part"] an h-card in a part marked `Chat-Content: profile`, beside the text.
// Left out: names and addresses (From has them), birthdays, and profiles for some readers only (`categories`), which
// are for the user's own mailbox.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace coi {

struct Card {
    std::optional<std::string> picture{};  // bytes, not looked at; "": they have none. Nothing: it cannot be read
    std::string status{};                  // one line, UTF-8; "": none
    bool operator==(const Card&) const = default;
};

/// Whether `chat_content`, a part's header field, marks a profile for everybody.
bool is_profile(std::string_view chat_content);

/// nullopt: there is no h-card.
std::optional<Card> read_h_card(std::string_view html);
/// A document with the text of the mail and an h-card.
std::string print_h_card(const Card&, const std::string& name, const std::string& address, const std::string& text);

}  // namespace coi
