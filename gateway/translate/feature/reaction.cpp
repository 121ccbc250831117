// See reaction.h.

#include "gateway/translate/feature/reaction.h"

#include "coi/mail/charset.h"
#include "coi/mail/emoji.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0428_fallback.h"
#include "xmpp/xep/xep0444_reactions.h"

namespace gateway::reaction {
namespace {

std::string joined(const std::vector<std::string>& emojis) {
    std::string text;
    for (const auto& emoji : emojis) text += (text.empty() ? "" : " ") + emoji;
    return text;
}

/// A body that is no fallback was written by the user, and is carried.
bool has_text(const xmpp::Tag& message) {
    const xmpp::Tag* body = xmpp::body_of(message);
    return body && !coi::trim(body->cdata()).empty() &&
           !xmpp::xep0428::fallback(message, xmpp::xep0444::ns, body->cdata());
}

bool read(const xmpp::Tag& message, Event& event) {
    const auto said = xmpp::xep0444::reactions(message);
    if (!said || has_text(message)) return false;
    std::string all;
    for (const auto& emoji : said->emojis) {
        const auto one = coi::trim(emoji);
        if (coi::is_emoji(one)) all.append(one).append(" ");  // [XEP-0444 §4] others may be left out
    }
    auto emojis = coi::read_emojis(all);
    if (!emojis || (emojis->empty() && !said->emojis.empty())) return false;
    event.contents.emplace_back(Reaction{std::move(*emojis)});
    event.about = Reference{.stanza = {said->id}};
    return true;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    if (mail.header("content-disposition") != "reaction" || mail.in_reply_to.empty()) return false;
    if (mail.mdn || mail.dsn || mail.encrypted || !mail.attachments.empty()) return false;
    auto emojis = coi::read_emojis(mail.text);
    if (!emojis) return false;
    event.contents.emplace_back(Reaction{std::move(*emojis)});
    event.about = Reference{.message = mail.in_reply_to.front()};
    return true;
}

void write(const Event& event, xmpp::Tag& message) {
    const auto& emojis = event.get<Reaction>()->emojis;
    const std::string text = joined(emojis);
    if (!text.empty()) xmpp::add(message, "body", {}, text);
    xmpp::xep0444::add_reactions(message, {event.about->stanza.value, emojis});
    if (!text.empty()) xmpp::xep0428::add_fallback(message, xmpp::xep0444::ns, text, {0, text.size()});
    xmpp::xep0334::add_store(message);
}

void write(const Event& event, coi::Message& mail, Dialect) {
    mail.text = joined(event.get<Reaction>()->emojis);
    if (mail.subject.empty()) mail.subject = "Chat: Reaction";
    mail.headers["chat-version"] = "1.0";
    mail.headers["content-disposition"] = "reaction";
}

/// A COI program would show a blank message for reactions that are taken back.
bool carries(const Event& event, Dialect dialect) {
    return dialect == Dialect::chatmail || (dialect == Dialect::coi && !event.get<Reaction>()->emojis.empty());
}

std::string not_carried(const std::string& lang) {
    return say(lang, "Your reaction was not sent: this contact's mail program shows none. Write an answer instead.");
}

/// [XEP-0444 §2.2] A mail program shows none, so a client need not offer any. Which emojis they are is not restricted.
std::optional<xmpp::xep0004::Form> disco_form(Dialect dialect) {
    if (dialect == Dialect::chatmail || dialect == Dialect::coi) return std::nullopt;
    return xmpp::xep0444::restrictions(0);
}

void resolved(Event& event, const Resolution& resolution) {
    if (resolution.found) return;
    const std::string text = joined(event.get<Reaction>()->emojis);
    event.remove<Reaction>();
    event.about.reset();
    if (!resolution.to_user || text.empty()) return;
    event.contents.emplace_back(
        Text{framed::notice(say(resolution.lang, "[A reaction to an earlier message:]")) + " " + text, ""});
}

}  // namespace

const Feature feature{.is_in = is_in<Reaction>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries,
                      .not_carried = not_carried,
                      .refers_to = RefersTo::any,
                      .resolved = resolved,
                      .disco = {xmpp::xep0444::ns},
                      .disco_form = disco_form};

}  // namespace gateway::reaction
