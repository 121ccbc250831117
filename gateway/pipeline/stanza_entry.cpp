// See stanza_entry.h.

#include "gateway/pipeline/stanza_entry.h"

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"
#include "gateway/translate/translate.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0333_markers.h"

namespace gateway {

namespace {

/// A date before there was Jabber is a broken clock's.
bool is_late(Time written, Time now) {
    using namespace std::chrono;
    return written < now - minutes(1) && written >= sys_days(year(2000) / January / 1);
}

}  // namespace

queue::Entry stanza_entry(const Event& event, const Account& account, const std::string& contact, const xmpp::JID& from,
                          Time now, const StanzaSettings& settings, const std::string& nick, bool is_markable) {
    queue::Entry entry;
    entry.direction = queue::Direction::jabber;
    entry.account = account.id;
    entry.contact = contact;
    entry.name = event.stanza.value;
    entry.from = from.bare();
    entry.to = account.jid;
    entry.taken = entry.next = now;
    entry.expires = now + settings.expire;
    const auto stanza = write_stanza(event, from, xmpp::read_jid(account.jid));
    if (is_late(event.when, now)) xmpp::xep0203::add_delay(*stanza, event.when, settings.component);
    xmpp::xep0172::add_nick(*stanza, nick);
    if (is_markable && !event.wants_receipt) xmpp::xep0333::add_markable(*stanza);
    entry.payload = xmpp::print(*stanza);
    return entry;
}

std::optional<queue::Entry> own_entry(const Event& event, const Account& account, const std::string& contact,
                                      const xmpp::JID& to, Time now, const StanzaSettings& settings, bool is_proven) {
    const xmpp::JID user = xmpp::read_jid(account.jid);
    queue::Entry entry;
    const bool is_remark = event.get<Reaction>() || event.get<Retraction>() || event.get<Receipt>();
    Event told = event;  // as a message of the contact, in which nothing may be taken for the contact's
    told.remove<ReplyTo>();
    told.remove<Correction>();
    const auto as_text = write_stanza(told, to, user);
    const xmpp::Tag* body = xmpp::body_of(*as_text);
    if (body && !is_remark) {
        told.contents = {Text{body->cdata(), {}}};
        told.about.reset();
        told.wants_receipt = false;
        const std::string words = is_proven
                                      ? say(account.lang, "You, with another program:")
                                      : say(account.lang, "Under your address, and nothing proves that it was you:");
        text::put_before(*told.get<Text>(), framed::notice(words));
        entry = stanza_entry(told, account, contact, to, now, settings);
    }
    if (!is_proven) return entry.payload.empty() ? std::nullopt : std::optional(std::move(entry));
    const auto stanza = write_stanza(event, user, to);
    if (is_late(event.when, now)) xmpp::xep0203::add_delay(*stanza, event.when, settings.component);
    std::string told_instead = std::move(entry.payload);
    entry = stanza_entry(event, account, contact, to, now, settings);
    entry.from = account.jid;
    entry.to = to.bare();
    entry.payload = xmpp::print(*stanza);
    entry.beside = std::move(told_instead);
    return entry;
}

}  // namespace gateway
