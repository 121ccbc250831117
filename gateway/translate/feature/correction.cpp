// See correction.h.

#include "gateway/translate/feature/correction.h"

#include <string_view>

#include "coi/mail/charset.h"
#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/xep/xep0308_correction.h"

namespace gateway::correction {
namespace {

constexpr std::string_view pencil = "\u270f\ufe0f";  // COMPAT: Delta Chat writes it before the new text

/// [COI-C "Edit and Delete Messages"] COMPAT: its example says "edit;".
bool is_edit(const coi::Message& mail) {
    const std::string& said = mail.header("chat-content");
    const std::string content = coi::lower(coi::trim(std::string_view(said).substr(0, said.find(';'))));
    return content == "editrequest" || content == "edit";
}

/// The new text without the quote of the old one and the pencil that chatmail puts before it.
std::string without_quote(const std::string& text) {
    std::size_t line = 0;
    while (line < text.size() && (text[line] == '>' || text[line] == '\n')) {
        const auto end = text.find('\n', line);
        if (end == std::string::npos) return text;
        line = end + 1;
    }
    return text.compare(line, pencil.size(), pencil) == 0 ? text.substr(line + pencil.size()) : text;
}

std::optional<coi::MessageId> corrected(const coi::Message& mail) {
    if (const std::string& named = mail.header("chat-edit"); !named.empty()) {
        const auto ids = coi::parse_message_ids(named, 1);
        return ids.empty() ? std::nullopt : std::optional(ids.front());
    }
    if (!is_edit(mail) || mail.in_reply_to.empty()) return std::nullopt;
    return mail.in_reply_to.front();
}

bool read(const xmpp::Tag& message, Event& event) {
    const auto id = xmpp::xep0308::replaces(message);
    if (!id || event.get<Text>() == nullptr) return false;
    event.contents.emplace_back(Correction{});
    event.about = Reference{.stanza = {*id}};
    return false;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    const auto id = corrected(mail);
    if (!id || mail.mdn || mail.dsn) return false;
    if (event.get<Text>() == nullptr) event.contents.emplace_back(Text{});
    auto& text = *event.get<Text>();
    if (!mail.header("chat-edit").empty()) text.body = without_quote(text.body);
    event.about = Reference{.message = *id};
    if (text.body.empty()) {  // [COI-C "Edit and Delete Messages"] the message is deleted
        event.contents = {Retraction{}};
        return true;
    }
    event.contents.emplace_back(Correction{});
    return false;
}

void write(const Event& event, xmpp::Tag& message) { xmpp::xep0308::add_replace(message, event.about->stanza.value); }

void write(const Event& event, coi::Message& mail, Dialect dialect) {
    const Reference& about = *event.about;
    switch (dialect) {
        case Dialect::coi:
            mail.headers["chat-content"] = "editrequest";
            if (!about.latest.empty()) mail.in_reply_to = {about.latest};
            break;
        case Dialect::chatmail:
            mail.headers["chat-edit"] = "<" + about.message.value + ">";
            mail.text = std::string(pencil) + mail.text;
            break;
        case Dialect::mail:
        case Dialect::unknown:
            mail.text = say(event.lang, "I have corrected an earlier message:") + "\n\n" + mail.text;
            break;
    }
}

void resolved(Event& event, const Resolution& resolution) {
    if (resolution.found) return;
    event.remove<Correction>();
    event.about.reset();
    auto* text = event.get<Text>();
    if (!resolution.to_user || text == nullptr)
        return;  // [COI-C "Edit and Delete Messages"] only the new text is shown
    text::put_before(*text, framed::notice(say(resolution.lang,
                                               "[This corrects an earlier message, which cannot be "
                                               "changed here.]")));
}

}  // namespace

const Feature feature{.is_in = is_in<Correction>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always,
                      .refers_to = RefersTo::own,
                      .resolved = resolved,
                      .disco = {xmpp::xep0308::ns}};

}  // namespace gateway::correction
