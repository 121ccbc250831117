// See chat_words.h. The words do not depend on the catalogue, so that a command works in every language setting.

#include "gateway/service/chat_words.h"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>

namespace gateway {
namespace {

struct Spelling {
    const char* text;
    Word word;
    bool is_german = false;
};

constexpr std::array spellings = {
    Spelling{"help", Word::help},
    Spelling{"?", Word::help},
    Spelling{"hilfe", Word::help, true},
    Spelling{"status", Word::status},
    Spelling{"zustand", Word::status, true},
    Spelling{"link", Word::link},
    Spelling{"register", Word::link},
    Spelling{"verbinden", Word::link, true},
    Spelling{"unlink", Word::unlink},
    Spelling{"unregister", Word::unlink},
    Spelling{"trennen", Word::unlink, true},
    Spelling{"contact", Word::contact},
    Spelling{"kontakt", Word::contact, true},
    Spelling{"mail", Word::mail},
    Spelling{"invite", Word::invite},
    Spelling{"einladen", Word::invite, true},
    Spelling{"einladung", Word::invite, true},
    Spelling{"fingerprint", Word::fingerprint},
    Spelling{"fingerabdruck", Word::fingerprint, true},
    Spelling{"accept", Word::accept},
    Spelling{"annehmen", Word::accept, true},
    Spelling{"policy", Word::policy},
    Spelling{"regel", Word::policy, true},
    Spelling{"otr", Word::otr},
    Spelling{"omemo", Word::omemo},
    Spelling{"verify", Word::verify},
    Spelling{"prüfen", Word::verify, true},
    Spelling{"key", Word::key},
    Spelling{"schlüssel", Word::key, true},
    Spelling{"block", Word::block},
    Spelling{"blockieren", Word::block, true},
    Spelling{"sperren", Word::block, true},
    Spelling{"unblock", Word::unblock},
    Spelling{"entsperren", Word::unblock, true},
    Spelling{"freigeben", Word::unblock, true},
    Spelling{"blocked", Word::blocked},
    Spelling{"blocklist", Word::blocked},
    Spelling{"blockiert", Word::blocked, true},
    Spelling{"gesperrt", Word::blocked, true},
    Spelling{"history", Word::history},
    Spelling{"verlauf", Word::history, true},
    Spelling{"coi", Word::coi},
    Spelling{"ablage", Word::coi, true},
    Spelling{"settings", Word::settings},
    Spelling{"einstellungen", Word::settings, true},
    Spelling{"cancel", Word::cancel},
    Spelling{"abbrechen", Word::cancel, true},
    Spelling{"language", Word::language},
    Spelling{"sprache", Word::language, true},
    Spelling{"hello", Word::hello},
    Spelling{"hi", Word::hello},
    Spelling{"hey", Word::hello},
    Spelling{"thanks", Word::hello},
    Spelling{"hallo", Word::hello, true},
    Spelling{"moin", Word::hello, true},
    Spelling{"danke", Word::hello, true},
};

}  // namespace

ChatWord chat_word(std::string_view text) {
    const auto* known = std::ranges::find_if(spellings, [&](const auto& spelling) { return text == spelling.text; });
    return known == spellings.end() ? ChatWord{} : ChatWord{known->word, known->is_german};
}

std::optional<std::string> language_named(std::string_view word) {
    if (word == "auto" || word == "automatisch") return "";
    if (word == "en" || word == "english" || word == "englisch") return "en";
    if (word == "de" || word == "deutsch" || word == "german") return "de";
    return std::nullopt;
}

std::string lower(const std::string& text) {
    std::string out;
    icu::UnicodeString::fromUTF8(text).toLower(icu::Locale::getRoot()).toUTF8String(out);
    return out;
}

std::string bare_word(std::string_view text) {
    constexpr std::array marks{"!", "?", ".", ",", ";", ":", "/", "\"", "'", "`", "(",     ")",
                               "<", ">", "“", "”", "„", "‘", "’", "«",  "»", "…", "\u00a0"};
    const auto strip = [&](auto at_end, auto remove) {
        for (bool again = true; again;) {
            again = false;
            for (const std::string_view mark : marks) {
                if (at_end(mark)) remove(mark.size()), again = true;
            }
        }
    };
    strip([&](auto mark) { return text.starts_with(mark); }, [&](auto size) { text.remove_prefix(size); });
    strip([&](auto mark) { return text.ends_with(mark); }, [&](auto size) { text.remove_suffix(size); });
    return std::string(text);
}

}  // namespace gateway
