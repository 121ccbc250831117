// OTR messages as parts of mail; see otr_message.h.

#include "gateway/translate/feature/otr_message.h"

#include <algorithm>

#include "gateway/localization.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/otr/front.h"
#include "xmpp/otr/stanza.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway::otr_message {
namespace {

using xmpp::otr::Kind;

constexpr std::string_view content = "org.coigate.otr", field = "chat-otr-tunnel", blanks = " \t\r\n";
constexpr std::size_t longest_error = 1000;  // bytes

/// "?OTRv23?" of "?OTR?v23? and words": what a client adds for a person would be text in the clear.
std::string offer(std::string_view query) {
    const auto from = query.find('v');
    const auto versions = query.substr(from, query.find('?', from) - from);
    std::string bare = "?OTRv";
    for (const char version : {'2', '3'}) {
        if (versions.find(version) != std::string_view::npos) bare += version;
    }
    return bare + "?";
}

}  // namespace

std::optional<std::string> whole(std::string_view body) {
    const auto seen = xmpp::otr::look(body);
    switch (seen.kind) {
        case Kind::query:
            return seen.version >= 2 ? std::optional(offer(seen.wire)) : std::nullopt;
        case Kind::dh_commit:
        case Kind::dh_key:
        case Kind::reveal_signature:
        case Kind::signature:
        case Kind::data:
            if (seen.version < 2 || seen.wire.size() > text::longest_printed) return std::nullopt;
            return seen.wire;
        case Kind::error: {
            const std::string said = text::one_line(xmpp::clean(seen.text));
            return "?OTR Error: " + text::one_line(text::head(said, longest_error));
        }
        default:
            return std::nullopt;
    }
}

bool read(const xmpp::Tag& message, Event& event) {
    const xmpp::Tag* body = xmpp::body_of(message);
    auto wire = body ? whole(body->cdata()) : std::nullopt;
    if (!wire) return false;
    event.contents.emplace_back(OtrMessage{std::move(*wire), ""});
    return true;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    auto message = read(mail);
    if (!message) return false;
    event.contents.emplace_back(std::move(*message));
    return true;
}

std::optional<OtrMessage> read(const coi::Message& mail) {
    if (mail.header("chat-content") != content) return std::nullopt;
    const auto is_otr = [](const coi::Attachment& part) { return part.content_type == coi::otr_type; };
    if (std::ranges::count_if(mail.attachments, is_otr) != 1) return std::nullopt;
    std::string_view bytes = std::ranges::find_if(mail.attachments, is_otr)->bytes;
    bytes.remove_prefix(std::min(bytes.find_first_not_of(blanks), bytes.size()));
    auto wire = whole(bytes);
    return wire ? std::optional(OtrMessage{std::move(*wire), mail.text}) : std::nullopt;
}

void write(const Event& event, xmpp::Tag& message) {
    xmpp::add(message, "body", {}, event.get<OtrMessage>()->message);
    xmpp::otr::stanza::add_hints(message);
}

void write(const Event& event, coi::Message& mail, Dialect) {
    const OtrMessage& otr = *event.get<OtrMessage>();
    mail.subject = "Chat: OTR";  // not the conversation's: it says nothing of what is said
    mail.text = otr.words;
    mail.headers["chat-version"] = "1.0";  // [COI-C "COI-specific Message Header Fields"]
    mail.headers["chat-content"] = content;
    mail.attachments = {{std::string(coi::otr_type), "message.otr", otr.message.size(), otr.message, false}};
}

const Feature feature{.is_in = is_in<OtrMessage>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries_always,
                      .disco = {xmpp::xep0380::ns}};

bool stands(const Privacy& privacy) { return privacy.tunnel == Tunnel::on && privacy.tunnel_offered; }

void add_mark(coi::Message& mail, const Privacy& privacy) {
    if (privacy.tunnel == Tunnel::never) return;
    mail.headers[std::string(field)] = privacy.tunnel == Tunnel::on ? "on" : "off";
}

std::optional<bool> mark(const coi::Message& mail) {
    const std::string& said = mail.header(field);
    if (said == "on") return true;
    return said == "off" ? std::optional(false) : std::nullopt;
}

std::string words(const std::string& lang) {
    return say(lang,
               "This is a message that only its reader's own program can read (OTR). It is meant for Jabber: there it "
               "is read by a program that knows OTR, behind a coigate gateway.");
}

}  // namespace gateway::otr_message
