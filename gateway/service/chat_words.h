// The words by which people call the gateway's chat commands, in English and German.

#pragma once

#include <optional>
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
    omemo,
    verify,
    key,
    block,
    unblock,
    blocked,
    history,
    coi,
    settings,
    cancel,
    hello,
    language,
    unknown
};

struct ChatWord {
    Word word = Word::unknown;
    bool is_german = false;  // answered in German even if the client does not send its language
};

/// `text`: lower case, without marks around it.
ChatWord chat_word(std::string_view text);
/// The language that this word names ("de", "deutsch"); "" for the client's own; nullopt if it names none.
std::optional<std::string> language_named(std::string_view word);
std::string lower(const std::string& text);
/// Removes the marks that people put around a word: “Help!”, /status, mail all.
std::string bare_word(std::string_view text);

}  // namespace gateway
