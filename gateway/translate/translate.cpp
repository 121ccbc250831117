// The table of features, and what all events share: ids, time, thread, the wish for a receipt; see translate.h.

#include "gateway/translate/translate.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "gateway/model/addresses.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/receipt.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0333_markers.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

/// The four ways of one kind of content, and whether a mail in a dialect carries it.
template <class X>
struct Feature {
    std::optional<X> (*from_stanza)(const xmpp::Tag&);
    std::optional<X> (*from_mail)(const coi::Message&, const std::string& lang);
    void (*to_stanza)(const X&, xmpp::Tag&);
    void (*to_mail)(const X&, coi::Message&, Dialect);
    bool (*carries)(const X&, Dialect);
};

/// The table of features. The first that knows a stanza or a mail reads it: what is special stands before text.
constexpr std::tuple features{
    Feature<Receipt>{receipt::read, receipt::read, receipt::write, receipt::write, receipt::carries},
    Feature<OtrMessage>{otr_message::read, otr_message::read, otr_message::write, otr_message::write,
                        otr_message::carries},
    Feature<Text>{text::read, text::read, text::write, text::write, text::carries},
};

/// Runs `step` on the rows until one answers true.
template <class Step>
bool first(Step step) {
    return std::apply([&](const auto&... row) { return (step(row) || ...); }, features);
}

/// Runs `step(feature, content)` for the event's kind.
template <class Step>
void with_feature(const Event& event, Step step) {
    std::visit(
        [&]<class X>(const X& content) {
            if constexpr (!std::is_same_v<X, std::monostate>) step(std::get<Feature<X>>(features), content);
        },
        event.what);
}

template <class X>
bool keep(Event& event, std::optional<X> content) {
    if (!content) return false;
    event.what = std::move(*content);
    return true;
}

/// [RFC 5322 §3.6.4] the thread's first mail, and the answered one as the last reference. [COI-C "COI-specific Message
/// Header Fields"] few of them, and a chat's first: COI servers know a chat by the first id.
void thread(coi::Message& mail, const Contact& conversation) {
    const bool began_as_chat = coi::is_chat(conversation.thread);
    for (const auto& id : {began_as_chat ? conversation.thread : conversation.last_out,
                           began_as_chat ? conversation.last_out : conversation.thread, conversation.last_in}) {
        if (!id.empty() && std::ranges::find(mail.references, id) == mail.references.end())
            mail.references.push_back(id);
    }
    if (!conversation.last_in.empty()) mail.in_reply_to = {conversation.last_in};
    if (!conversation.subject.empty()) mail.subject = "Re: " + conversation.subject;
}

}  // namespace

std::optional<Event> read(const xmpp::Tag& stanza) {
    const std::string& type = xmpp::attribute(stanza, "type");
    if (stanza.name() != "message" || type == "error" || type == "groupchat" || is_end_to_end_encrypted(stanza))
        return std::nullopt;
    Event event;
    if (!first([&](const auto& feature) { return keep(event, feature.from_stanza(stanza)); })) return std::nullopt;
    event.user = bare(xmpp::attribute(stanza, "from")).value_or("");
    event.stanza = {xmpp::attribute(stanza, "id")};
    event.wants_receipt = xmpp::xep0184::requests(stanza) || xmpp::xep0333::markable(stanza);
    event.lang = xmpp::attribute(stanza, "xml:lang");
    if (const auto delayed = xmpp::xep0203::delay(stanza)) event.when = *delayed;
    return event;
}

std::optional<Event> read_tunnelled(const xmpp::Tag& stanza) {
    auto message = otr_message::read(stanza);
    if (stanza.name() != "message" || !message) return std::nullopt;
    Event event;
    event.user = bare(xmpp::attribute(stanza, "from")).value_or("");
    event.stanza = {xmpp::attribute(stanza, "id")};
    event.lang = xmpp::attribute(stanza, "xml:lang");
    event.what = std::move(*message);
    return event;
}

std::optional<Event> read(const coi::Message& mail, const std::string& lang) {
    Event event;
    if (mail.from.empty()) return std::nullopt;
    if (!first([&](const auto& feature) { return keep(event, feature.from_mail(mail, lang)); })) return std::nullopt;
    event.contact = mail.from.front();
    event.message = mail.id;
    if (mail.date) event.when = *mail.date;
    // Disposition-Notification-To of a mail program asks a person, not us: it is not answered by itself.
    event.wants_receipt = !mail.mdn && !mail.header("chat-disposition-notification-to").empty();
    return event;
}

bool carries(const Event& event, Dialect dialect) {
    bool answer = false;
    with_feature(event, [&](const auto& feature, const auto& content) { answer = feature.carries(content, dialect); });
    return answer;
}

bool is_end_to_end_encrypted(const xmpp::Tag& stanza) {
    if (xmpp::xep0380::encryption(stanza) || xmpp::xep0380::payload(stanza)) return true;
    const xmpp::Tag* body = xmpp::body_of(stanza);
    return body && !xmpp::otr::look(body->cdata()).is_plain();  // [XEP-0364 §4]
}

bool says_something(const xmpp::Tag& stanza) {
    if (xmpp::attribute(stanza, "type") == "error") return false;
    const auto has_text = [&](const char* name) {
        const xmpp::Tag* tag = xmpp::default_of(stanza, name);
        return tag && !tag->cdata().empty();
    };
    if (has_text("body") || has_text("subject") || is_end_to_end_encrypted(stanza)) return true;
    // [XEP-0444 §3] [XEP-0424 §3] [XEP-0353 §3] [XEP-0224 §2]
    constexpr std::array<std::pair<const char*, const char*>, 4> deeds{{{"reactions", "urn:xmpp:reactions:0"},
                                                                        {"retract", "urn:xmpp:message-retract:1"},
                                                                        {"propose", "urn:xmpp:jingle-message:0"},
                                                                        {"attention", "urn:xmpp:attention:0"}}};
    return std::ranges::any_of(deeds, [&](const auto& deed) { return xmpp::child(stanza, deed.first, deed.second); });
}

xmpp::Stanza write_stanza(const Event& event, const xmpp::JID& from, const xmpp::JID& to) {
    auto stanza = std::make_unique<xmpp::Tag>("message");
    stanza->addAttribute("type", "chat");
    stanza->addAttribute("id", event.stanza.value);
    stanza->addAttribute("from", from.full());
    stanza->addAttribute("to", to.full());
    if (!event.lang.empty()) stanza->addAttribute("xml:lang", xmpp::clean(event.lang));
    with_feature(event, [&](const auto& feature, const auto& content) { feature.to_stanza(content, *stanza); });
    if (event.wants_receipt) {
        xmpp::xep0184::add_request(*stanza);
        xmpp::xep0333::add_markable(*stanza);
    }
    return stanza;
}

coi::Message write_mail(const Event& event, const coi::Address& own, const Contact& conversation) {
    coi::Message mail;
    mail.id = event.message;
    mail.from = {own};
    mail.to = {conversation.address.local.empty() ? event.contact : conversation.address};
    if (event.when != Time{}) mail.date = std::chrono::floor<std::chrono::seconds>(event.when);
    thread(mail, conversation);
    with_feature(
        event, [&](const auto& feature, const auto& content) { feature.to_mail(content, mail, conversation.dialect); });
    if (!mail.mdn) otr_message::add_mark(mail, conversation.privacy);
    // A chat program takes the timer from each message: without it ours would switch off what its user has chosen.
    if (conversation.timer > 0 && conversation.dialect == Dialect::chatmail && !mail.mdn)
        mail.headers["ephemeral-timer"] = std::to_string(conversation.timer);
    return mail;
}

}  // namespace gateway
