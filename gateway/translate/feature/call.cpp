// See call.h.

#include "gateway/translate/feature/call.h"

#include <memory>
#include <string>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/model/stanza_id.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0334_hints.h"
#include "xmpp/xep/xep0353_jingle_message.h"
#include "xmpp/xep/xep0482_call_invites.h"

namespace gateway::call {
namespace {

bool read(const xmpp::Tag& message, Event& event) {
    if (const auto proposal = xmpp::xep0353::proposal(message)) {
        if (!proposal->has_audio && !proposal->has_video) return false;
        event.contents.emplace_back(Call{Call::Kind::offered, proposal->has_video});
        return true;
    }
    const auto invite = xmpp::xep0482::invite(message);
    if (invite) event.contents.emplace_back(Call{Call::Kind::offered, invite->has_video});
    return invite.has_value();
}

std::string words(const coi::Address& caller, bool has_video, const std::string& lang) {
    const std::string name = text::person(caller);
    return framed::notice(
        has_video
            ? say(lang, "[{1} called you with video. Calls do not come through to Jabber: write to them instead.]",
                  {name})
            : say(lang, "[{1} called you. Calls do not come through to Jabber: write to them instead.]", {name}));
}

bool read(const coi::Message& mail, const std::string& lang, Event& event) {
    if (mail.mdn || mail.dsn || mail.encrypted || mail.from.empty()) return false;
    const std::string& said = mail.header("chat-content");
    if (said == "call-ended" || said == "call-accepted") return true;  // of a call that never came through
    if (said != "call") return false;
    const bool has_video = mail.header("chat-webrtc-has-video-initially") == "1";
    event.contents.emplace_back(Text{words(mail.from.front(), has_video, lang), ""});
    event.contents.emplace_back(Call{Call::Kind::offered, has_video});
    return true;
}

/// Its words are a Text.
void write(const Event&, xmpp::Tag&) {}

/// COMPAT: chatmail's core hides it, and ends the call that In-Reply-To names.
void write(const Event& event, coi::Message& mail, Dialect) {
    if (event.get<Call>()->kind != Call::Kind::ended) return;
    mail.text = "[Call ended]";
    if (mail.subject.empty()) mail.subject = "Chat: Call ended";
    mail.headers["chat-version"] = "1.0";
    mail.headers["chat-content"] = "call-ended";
    mail.headers["auto-submitted"] = "auto-replied";  // [RFC 3834 §5]
}

bool carries(const Event& event, Dialect dialect) {
    return event.get<Call>()->kind == Call::Kind::ended && dialect == Dialect::chatmail;
}

std::string not_carried(const std::string& lang) {
    return say(lang, "Calls do not get through to mail, so your contact has not noticed yours. Please write instead.");
}

}  // namespace

xmpp::Stanza rejection(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    const auto proposal = xmpp::xep0353::proposal(message);
    const auto invite = xmpp::xep0482::invite(message);
    if ((!proposal && !invite) || type == "groupchat" || type == "error") return nullptr;
    auto reject = std::make_unique<xmpp::Tag>("message");
    reject->addAttribute("type", "chat");
    reject->addAttribute("id", mint_stanza_id().value);
    reject->addAttribute("from", xmpp::attribute(message, "to"));
    reject->addAttribute("to", xmpp::attribute(message, "from"));
    // Not "busy": the client would offer to call again.
    if (proposal)
        xmpp::xep0353::add_reject(*reject, proposal->id, "unsupported-applications");
    else
        xmpp::xep0482::add_reject(*reject, invite->id);
    xmpp::xep0334::add_store(*reject);
    return reject;
}

Event ended(const coi::Address& caller, const coi::MessageId& message, Time now) {
    Event event;
    event.contact = caller;
    event.when = now;
    event.about = Reference{.message = message};
    event.contents = {Call{Call::Kind::ended}};
    return event;
}

const Feature feature{.is_in = is_in<Call>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries,
                      .not_carried = not_carried};

}  // namespace gateway::call
