// What stands in brackets; see placeholder.h.

#include "gateway/translate/feature/placeholder.h"

#include <set>
#include <string_view>

#include "coi/mail/chat_data.h"
#include "coi/mail/webxdc.h"
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
    if (type == coi::kml_type && !mail.header("chat-version").empty()) return say(lang, "[location]");
    const std::string kind = kind_words(type, lang);
    if (attachment.name.empty()) return say(lang, "[{1}, {2}]", {kind, size});
    return say(lang, "[{1}: {2}, {3}]",
               {kind, std::string(text::head(text::one_line(framed::foreign(attachment.name)), longest_name)), size});
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
    const bool has_position = coi::position_of(mail).has_value();
    for (const auto& attachment : mail.attachments) {
        if (mail.invitation && is_calendar(attachment)) continue;  // told by gateway/translate/feature/invitation
        if (!attachment.url.empty()) continue;                     // told by gateway/translate/feature/file
        if (attachment.content_type == coi::webxdc_type || attachment.name == coi::webxdc_update)
            continue;  // by gateway/translate/feature/announcement
        if (coi::is_h_geo(attachment) || (has_position && attachment.content_type == coi::kml_type))
            continue;  // by gateway/translate/feature/location
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

}  // namespace gateway::placeholder
