// The words by which people call the gateway's chat commands, in English and German.

#pragma once

#include <string>
#include <string_view>

namespace gateway {

enum class Word {
    help,
    status,
    link,
    unlink,
    contact,
    mail,
    invite,
    join,
    fingerprint,
    accept,
    policy,
    otr,
    verify,
    key,
    settings,
    cancel,
    hello,
    unknown
};

struct ChatWord {
    Word word = Word::unknown;
    bool is_german = false;  // answered in German even if the client does not send its language
};

/// `text`: lower case, without marks around it.
ChatWord chat_word(std::string_view text);
std::string lower(const std::string& text);
/// Removes the marks that people put around a word: “Help!”, /status, mail all.
std::string bare_word(std::string_view text);

}  // namespace gateway
