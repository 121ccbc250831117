// See announcement.h.

#include "gateway/translate/feature/announcement.h"

#include <algorithm>
#include <string_view>

#include "coi/mail/charset.h"
#include "coi/mail/chat_data.h"
#include "coi/mail/webxdc.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"

namespace gateway::announcement {
namespace {

constexpr std::size_t longest_name = 200;  // bytes
constexpr std::string_view app_ending = ".xdc";

bool is_app(const coi::Attachment& attachment) { return attachment.content_type == coi::webxdc_type; }

/// [COI-C "COI-specific Message Header Fields"] without parameters.
std::string content_of(const coi::Message& mail) {
    const std::string& said = mail.header("chat-content");
    return coi::lower(coi::trim(std::string_view(said).substr(0, said.find(';'))));
}

std::string app_name(const coi::Attachment& app) {
    std::string name = text::one_line(framed::foreign(app.name));
    if (name.ends_with(app_ending)) name.resize(name.size() - app_ending.size());
    return std::string(text::head(name, longest_name));
}

/// An app that is shared now has its news inside.
bool is_app_update(const coi::Message& mail) {
    const auto is_update = [](const coi::Attachment& each) { return each.name == coi::webxdc_update; };
    return !mail.header("chat-version").empty() && std::ranges::any_of(mail.attachments, is_update) &&
           std::ranges::none_of(mail.attachments, is_app);
}

std::string news(const coi::Message& mail, const std::string& lang) {
    std::string lines;
    for (const auto& line : coi::app_news_of(mail))
        lines += (lines.empty() ? "" : "\n") + framed::notice(say(lang, "[app: {1}]", {framed::foreign(line)}));
    return lines;
}

std::string poll(const coi::Message& mail, const std::string& lang) {
    const std::string content = content_of(mail);
    if (content == "poll")
        return say(lang, "[{1} has started a poll. Here you can only answer in words.]",
                   {text::person(mail.from.front())});
    if (content == "pollvote") return say(lang, "[{1} has voted:]", {text::person(mail.from.front())});
    if (content == "pollclose") return say(lang, "[{1} has closed the poll:]", {text::person(mail.from.front())});
    return {};
}

}  // namespace

bool is_pin(const coi::Message& mail) { return content_of(mail) == "message-pinned" && !mail.from.empty(); }

std::optional<std::string> instead_of_text(const coi::Message& mail, const std::string& lang) {
    if (mail.encrypted) return std::nullopt;
    if (is_app_update(mail)) return news(mail, lang);
    if (content_of(mail) == "message-unpinned") return "";
    if (is_pin(mail)) return framed::notice(say(lang, "[{1} pinned a message.]", {text::person(mail.from.front())}));
    return std::nullopt;
}

std::string before_text(const coi::Message& mail, const std::string& lang) {
    std::string lines;
    if (mail.encrypted || mail.from.empty()) return lines;
    for (const auto& attachment : mail.attachments) {
        if (!is_app(attachment)) continue;
        const std::string name = app_name(attachment);
        lines += framed::notice(name.empty() ? say(lang, "[{1} shared an app. It runs in Delta Chat only.]",
                                                   {text::person(mail.from.front())})
                                             : say(lang, "[{1} shared the app “{2}”. It runs in Delta Chat only.]",
                                                   {text::person(mail.from.front()), name})) +
                 "\n";
    }
    if (const std::string words = poll(mail, lang); !words.empty()) lines += framed::notice(words) + "\n";
    return lines;
}

}  // namespace gateway::announcement
