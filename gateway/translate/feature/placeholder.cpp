// What stands in brackets; see placeholder.h.

#include "gateway/translate/feature/placeholder.h"

#include <charconv>
#include <set>
#include <string_view>

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"

namespace gateway::placeholder {
namespace {

constexpr std::size_t most_named = 20;     // attachments
constexpr std::size_t longest_name = 200;  // bytes

std::string size_words(std::size_t bytes, const std::string& lang) {
    if (bytes < 1000) return say(lang, "{1} byte", "{1} bytes", static_cast<long>(bytes));
    if (bytes < 999'500) return say(lang, "{1} kB", {std::to_string((bytes + 500) / 1000)});
    const std::size_t tenths = (bytes + 50'000) / 100'000;
    return say(lang, "{1}.{2} MB", {std::to_string(tenths / 10), std::to_string(tenths % 10)});
}

std::string kind_words(const std::string& content_type, const std::string& lang) {
    if (content_type.starts_with("image/")) return say(lang, "image");
    if (content_type.starts_with("video/")) return say(lang, "video");
    if (content_type.starts_with("audio/")) return say(lang, "audio");
    if (content_type == "message/rfc822") return say(lang, "mail");
    if (content_type == "application/pkcs7-mime" || content_type == "application/x-pkcs7-mime")
        return say(lang, "S/MIME mail that cannot be read here");
    return say(lang, "file");
}

bool is_calendar(const coi::Attachment& attachment) {
    return attachment.content_type == "text/calendar" || attachment.content_type == "application/ics";
}

/// "[image: earth.jpg, 20 kB]", to be framed; names that only a program would give are left out.
std::string named(const coi::Attachment& attachment, const coi::Message& mail, const std::string& lang) {
    const std::string& type = attachment.content_type;
    const std::string size = size_words(attachment.size, lang);
    if (type.starts_with("audio/") && !mail.header("chat-voice-message").empty())
        return say(lang, "[voice message, {1}]", {size});
    if (type.starts_with("image/") && mail.header("chat-content") == "sticker") return say(lang, "[sticker]");
    if (type == "application/vnd.google-earth.kml+xml" && !mail.header("chat-version").empty())
        return say(lang, "[location]");
    const std::string kind = kind_words(type, lang);
    if (attachment.name.empty()) return say(lang, "[{1}, {2}]", {kind, size});
    return say(lang, "[{1}: {2}, {3}]",
               {kind, std::string(text::head(text::one_line(framed::foreign(attachment.name)), longest_name)), size});
}

std::string duration_words(std::uint32_t seconds, const std::string& lang) {
    const auto of = [seconds](std::uint32_t unit) { return static_cast<long>(seconds / unit); };
    constexpr std::uint32_t minute = 60, hour = 60 * minute, day = 24 * hour, week = 7 * day;
    if (seconds % week == 0) return say(lang, "{1} week", "{1} weeks", of(week));
    if (seconds % day == 0) return say(lang, "{1} day", "{1} days", of(day));
    if (seconds % hour == 0) return say(lang, "{1} hour", "{1} hours", of(hour));
    if (seconds % minute == 0) return say(lang, "{1} minute", "{1} minutes", of(minute));
    return say(lang, "{1} second", "{1} seconds", of(1));
}

bool has_several_readers(const coi::Message& mail) {
    std::set<std::string> readers;
    for (const auto* list : {&mail.to, &mail.cc}) {
        for (const auto& address : *list) readers.insert(address.canonical());
    }
    return readers.size() > 1;
}

}  // namespace

std::string attachments(const coi::Message& mail, const std::string& lang) {
    std::string text;
    if (mail.encrypted) return text;
    std::size_t count = 0;
    for (const auto& attachment : mail.attachments) {
        if (mail.invitation && is_calendar(attachment)) continue;  // told by gateway/translate/feature/invitation
        if (!attachment.url.empty()) continue;                     // told by gateway/translate/feature/file
        if (!text.empty()) text += '\n';
        if (++count > most_named) {
            const auto left = static_cast<long>(mail.attachments.size() - most_named);
            return text + framed::notice(say(lang, "[{1} more file]", "[{1} more files]", left));
        }
        text += framed::notice(named(attachment, mail, lang));
    }
    return text;
}

std::optional<std::string> group(const coi::Message& mail, const std::string& lang) {
    const bool is_named = !mail.header("chat-group-name").empty() || !mail.header("chat-group-id").empty();
    const bool is_chat = !mail.header("chat-version").empty() || coi::is_chat(mail.id);
    if (!is_named && !(is_chat && has_several_readers(mail))) return std::nullopt;
    std::string name = text::one_line(framed::foreign(mail.header("chat-group-name")));
    if (name.empty()) name = text::topic(framed::foreign(mail.subject));
    return framed::notice(say(lang, "[group: {1}]", {std::string(text::head(name, longest_name))}));
}

std::uint32_t timer(const coi::Message& mail) {
    const std::string& value = mail.header("ephemeral-timer");
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return error == std::errc() && end == value.data() + value.size() ? seconds : 0;
}

std::optional<std::string> timer_change(const coi::Message& mail, const std::string& lang) {
    if (mail.header("chat-content") != "ephemeral-timer-changed") return std::nullopt;
    const auto seconds = timer(mail);
    if (seconds == 0) return framed::notice(say(lang, "[The messages of this chat are no longer deleted.]"));
    return framed::notice(say(lang,
                              "[The messages of this chat are now deleted after {1}, but only on the other side.]",
                              {duration_words(seconds, lang)}));
}

}  // namespace gateway::placeholder
