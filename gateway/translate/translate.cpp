// The table of features, and what all events share: ids, time, thread, the wish for a receipt; see translate.h.

#include "gateway/translate/translate.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/model/addresses.h"
#include "gateway/translate/feature/call.h"
#include "gateway/translate/feature/correction.h"
#include "gateway/translate/feature/disappearing.h"
#include "gateway/translate/feature/file.h"
#include "gateway/translate/feature/location.h"
#include "gateway/translate/feature/otr_message.h"
#include "gateway/translate/feature/reaction.h"
#include "gateway/translate/feature/receipt.h"
#include "gateway/translate/feature/reply.h"
#include "gateway/translate/feature/retraction.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/otr/front.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0333_markers.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {
namespace {

/// The table of features, in the order in which they read and write: first those that are the whole message, then text,
/// then those that add to a text.
const std::array features{&receipt::feature, &otr_message::feature, &reaction::feature,    &retraction::feature,
                          &call::feature,    &text::feature,        &correction::feature,  &reply::feature,
                          &file::feature,    &location::feature,    &disappearing::feature};

/// Whether any feature has found a content.
template <class Read>
bool read_all(Event& event, Read read) {
    for (const Feature* feature : features) {
        if (read(*feature)) break;
    }
    return !event.contents.empty();
}

/// Runs `step(feature)` for each content of the event.
template <class Step>
void for_each(const Event& event, Step step) {
    for (const Feature* feature : features) {
        if (feature->is_in(event)) step(*feature);
    }
}

/// [RFC 5322 §3.6.4] the thread's first mail, and the answered one as the last reference. [COI-C "COI-specific Message
/// Header Fields"] few of them, and a chat's first: COI servers know a chat by the first id.
void thread(coi::Message& mail, const Event& event, const Contact& conversation) {
    const bool began_as_chat = coi::is_chat(conversation.thread);
    for (const auto& id : {began_as_chat ? conversation.thread : conversation.last_out,
                           began_as_chat ? conversation.last_out : conversation.thread, conversation.last_in}) {
        if (!id.empty() && std::ranges::find(mail.references, id) == mail.references.end())
            mail.references.push_back(id);
    }
    if (!conversation.last_in.empty()) mail.in_reply_to = {conversation.last_in};
    if (event.about && !event.about->message.empty()) {
        std::erase(mail.references, event.about->message);
        mail.references.push_back(event.about->message);
        mail.in_reply_to = {event.about->message};
    }
    if (!conversation.subject.empty()) mail.subject = "Re: " + conversation.subject;
}

}  // namespace

std::optional<Event> read(const xmpp::Tag& stanza) {
    const std::string& type = xmpp::attribute(stanza, "type");
    if (stanza.name() != "message" || type == "error" || type == "groupchat" || is_end_to_end_encrypted(stanza))
        return std::nullopt;
    Event event;
    if (!read_all(event, [&](const Feature& feature) { return feature.read_stanza(stanza, event); }))
        return std::nullopt;
    event.user = bare(xmpp::attribute(stanza, "from")).value_or("");
    event.stanza = {xmpp::attribute(stanza, "id")};
    event.wants_receipt = xmpp::xep0184::requests(stanza) || xmpp::xep0333::markable(stanza);
    event.lang = xmpp::attribute(stanza, "xml:lang");
    if (const auto delayed = xmpp::xep0203::delay(stanza)) event.when = *delayed;
    return event;
}

std::optional<Event> read_tunnelled(const xmpp::Tag& stanza) {
    Event event;
    if (stanza.name() != "message" || !otr_message::read(stanza, event)) return std::nullopt;
    event.user = bare(xmpp::attribute(stanza, "from")).value_or("");
    event.stanza = {xmpp::attribute(stanza, "id")};
    event.lang = xmpp::attribute(stanza, "xml:lang");
    return event;
}

std::optional<Event> read(const coi::Message& mail, const std::string& lang) {
    Event event;
    if (mail.from.empty()) return std::nullopt;
    if (!read_all(event, [&](const Feature& feature) { return feature.read_mail(mail, lang, event); }))
        return std::nullopt;
    event.contact = mail.from.front();
    event.message = mail.id;
    if (mail.date) event.when = *mail.date;
    // Disposition-Notification-To of a mail program asks a person, not us: it is not answered by itself.
    event.wants_receipt = !mail.mdn && !mail.header("chat-disposition-notification-to").empty();
    return event;
}

bool carries(const Event& event, Dialect dialect) {
    bool all = true;
    for_each(event, [&](const Feature& feature) { all = all && feature.carries(event, dialect); });
    return all;
}

std::string not_carried(const Event& event, const std::string& lang) {
    std::string words;
    for_each(event, [&](const Feature& feature) {
        if (feature.not_carried) words = feature.not_carried(lang);
    });
    return words;
}

RefersTo refers_to(const Event& event) {
    auto all = RefersTo::nothing;
    for_each(event, [&](const Feature& feature) {
        if (feature.refers_to != RefersTo::nothing) all = feature.refers_to;
    });
    return all;
}

void resolved(Event& event, const Resolution& resolution) {
    for_each(event, [&](const Feature& feature) {
        if (feature.resolved) feature.resolved(event, resolution);
    });
}

std::vector<const char*> disco_features() {
    std::vector<const char*> all;
    for (const Feature* feature : features) all.insert(all.end(), feature->disco.begin(), feature->disco.end());
    return all;
}

std::vector<xmpp::xep0004::Form> disco_forms(Dialect dialect) {
    std::vector<xmpp::xep0004::Form> all;
    for (const Feature* feature : features) {
        if (auto form = feature->disco_form ? feature->disco_form(dialect) : std::nullopt)
            all.push_back(std::move(*form));
    }
    return all;
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
    constexpr std::array<std::pair<const char*, const char*>, 17> deeds{
        {{"reactions", "urn:xmpp:reactions:0"},            // [XEP-0444 §3]
         {"retract", "urn:xmpp:message-retract:1"},        // [XEP-0424 §3]
         {"apply-to", "urn:xmpp:fasten:0"},                // COMPAT: Gajim 1, what is attached to a message
         {"propose", "urn:xmpp:jingle-message:0"},         // [XEP-0353 §3]
         {"invite", "urn:xmpp:call-invites:0"},            // [XEP-0482 §2]
         {"attention", "urn:xmpp:attention:0"},            // [XEP-0224 §3]
         {"x", "jabber:x:conference"},                     // [XEP-0249 §2]
         {"x", "http://jabber.org/protocol/muc#user"},     // [XEP-0045 §7.8.2]
         {"geoloc", "http://jabber.org/protocol/geoloc"},  // [XEP-0080 §3]
         {"file-sharing", "urn:xmpp:sfs:0"},               // [XEP-0447 §3]
         {"reference", "urn:xmpp:reference:0"},            // [XEP-0385 §4]
         {"sticker", "urn:xmpp:stickers:0"},               // [XEP-0449 §4]
         {"x", "jabber:x:data"},                           // [XEP-0004 §3]
         {"x", "http://jabber.org/protocol/rosterx"},      // [XEP-0144 §3]
         {"x", "jabber:x:roster"},                         // its older form
         {"html", "http://jabber.org/protocol/xhtml-im"},  // [XEP-0071 §7]
         {"replace", "urn:xmpp:message-correct:0"}}};      // [XEP-0308 §3]
    return std::ranges::any_of(deeds, [&](const auto& deed) { return xmpp::child(stanza, deed.first, deed.second); });
}

xmpp::Stanza write_stanza(const Event& event, const xmpp::JID& from, const xmpp::JID& to) {
    auto stanza = std::make_unique<xmpp::Tag>("message");
    stanza->addAttribute("type", "chat");
    stanza->addAttribute("id", event.stanza.value);
    stanza->addAttribute("from", from.full());
    stanza->addAttribute("to", to.full());
    if (!event.lang.empty()) stanza->addAttribute("xml:lang", xmpp::clean(event.lang));
    for_each(event, [&](const Feature& feature) { feature.write_stanza(event, *stanza); });
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
    thread(mail, event, conversation);
    for_each(event, [&](const Feature& feature) { feature.write_mail(event, mail, conversation.dialect); });
    if (!mail.mdn) otr_message::add_mark(mail, conversation.privacy);
    // A chat program takes the timer from each message: without it ours would switch off what its user has chosen.
    if (conversation.timer > 0 && conversation.dialect == Dialect::chatmail && !mail.mdn &&
        !event.get<DisappearsAfter>())
        mail.headers["ephemeral-timer"] = std::to_string(conversation.timer);
    return mail;
}

}  // namespace gateway
