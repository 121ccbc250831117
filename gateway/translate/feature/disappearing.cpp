// See disappearing.h.

#include "gateway/translate/feature/disappearing.h"

#include <charconv>
#include <chrono>
#include <string_view>

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/placeholder.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0466_ephemeral.h"

namespace gateway::disappearing {
namespace {

std::string duration_words(std::uint32_t seconds, const std::string& lang) {
    const auto of = [seconds](std::uint32_t unit) { return static_cast<long>(seconds / unit); };
    constexpr std::uint32_t minute = 60, hour = 60 * minute, day = 24 * hour, week = 7 * day;
    if (seconds % week == 0) return say(lang, "{1} week", "{1} weeks", of(week));
    if (seconds % day == 0) return say(lang, "{1} day", "{1} days", of(day));
    if (seconds % hour == 0) return say(lang, "{1} hour", "{1} hours", of(hour));
    if (seconds % minute == 0) return say(lang, "{1} minute", "{1} minutes", of(minute));
    return say(lang, "{1} second", "{1} seconds", of(1));
}

std::uint32_t seconds_of(const Event& event) {
    return static_cast<std::uint32_t>(event.get<DisappearsAfter>()->time.count());
}

/// [XEP-0466 §3.4] without a text it is meant to be kept; what a client adds to other things says nothing.
bool read(const xmpp::Tag& message, Event& event) {
    const auto seconds = xmpp::xep0466::timer(message);
    const bool is_meant = event.get<Text>() != nullptr || xmpp::child(message, "store", xmpp::xep0334::ns) != nullptr;
    if (seconds && is_meant) event.contents.emplace_back(DisappearsAfter{std::chrono::seconds(*seconds)});
    return false;
}

bool read(const coi::Message& mail, const std::string& lang, Event& event) {
    auto* text = event.get<Text>();
    if (text == nullptr || mail.encrypted || placeholder::group(mail, lang)) return false;
    const std::uint32_t seconds = timer(mail);
    if (is_change(mail)) text->body = words_of_change(seconds, lang);
    if (seconds > 0 || is_change(mail)) event.contents.emplace_back(DisappearsAfter{std::chrono::seconds(seconds)});
    return false;
}

void write(const Event& event, xmpp::Tag& message) { xmpp::xep0466::add_timer(message, seconds_of(event)); }

/// COMPAT: chatmail's core shows words of its own for a change.
void write(const Event& event, coi::Message& mail, Dialect dialect) {
    if (dialect != Dialect::chatmail) return;
    const std::uint32_t seconds = seconds_of(event);
    if (seconds > 0) mail.headers["ephemeral-timer"] = std::to_string(seconds);
    if (event.contents.size() > 1) return;
    mail.text = seconds == 0 ? say(event.lang, "The messages of this chat are no longer deleted.")
                             : say(event.lang, "The messages of this chat are now deleted after {1}.",
                                   {duration_words(seconds, event.lang)});
    if (mail.subject.empty()) mail.subject = std::string(text::chat_subject) + mail.text;
    mail.headers["chat-version"] = "1.0";
    mail.headers["chat-content"] = "ephemeral-timer-changed";
}

/// Beside a text it is no reason not to send that.
bool carries(const Event& event, Dialect dialect) { return dialect == Dialect::chatmail || event.contents.size() > 1; }

std::string no_use(const std::string& lang) {
    return say(lang, "Your contact's program deletes no messages by itself: what you write stays there.");
}

}  // namespace

std::uint32_t timer(const coi::Message& mail) {
    const std::string& value = mail.header("ephemeral-timer");
    std::uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    return error == std::errc() && end == value.data() + value.size() ? seconds : 0;
}

bool is_change(const coi::Message& mail) { return mail.header("chat-content") == "ephemeral-timer-changed"; }

std::string words_of_change(std::uint32_t seconds, const std::string& lang) {
    if (seconds == 0) return framed::notice(say(lang, "[The messages of this chat are no longer deleted.]"));
    return framed::notice(say(lang,
                              "[The messages of this chat are now deleted after {1}: by your contact's program, and by "
                              "yours if it can.]",
                              {duration_words(seconds, lang)}));
}

std::string words_of_no_use(const Contact& contact, const std::string& lang) {
    if (contact.dialect == Dialect::chatmail) return {};
    if (contact.dialect != Dialect::unknown) return no_use(lang);
    return say(lang, "It is not known whether your contact's program deletes messages: what you write may stay there.");
}

const Feature feature{.is_in = is_in<DisappearsAfter>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries,
                      .not_carried = no_use};

}  // namespace gateway::disappearing
