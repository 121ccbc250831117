// Notices of failure, as queue entries; see bounce.h.

#include "gateway/queue/bounce.h"

#include "coi/mail/dsn.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/framed.h"
#include "gateway/model/stanza_id.h"
#include "gateway/translate/smtp_refusal.h"
#include "xmpp/wire.h"

namespace gateway::bounce {

namespace {

constexpr auto notice_lifetime = std::chrono::days(5);
// Soon after a message its client still shows the conversation and marks the message as failed; later nobody may see
// the error stanza alone.
constexpr auto still_watching = std::chrono::minutes(1);

queue::Entry notice(const Lost& lost, std::string id, const xmpp::Tag& stanza, const std::string& from, std::string to,
                    Time now) {
    queue::Entry entry;
    entry.direction = queue::Direction::jabber;
    entry.account = lost.account;
    entry.contact = lost.contact;
    entry.name = std::move(id);
    entry.lang = lost.lang;
    entry.from = from;
    entry.to = std::move(to);
    entry.payload = xmpp::print(stanza);
    entry.taken = entry.next = now;
    entry.expires = now + notice_lifetime;
    return entry;
}

queue::Entry chat_line(const Lost& lost, const std::string& from, const std::string& text, Time now) {
    const std::string bare_jid = xmpp::JID(lost.jid).bare();
    const StanzaId id = mint_stanza_id();
    xmpp::Tag message("message");
    message.addAttribute("type", "chat");
    message.addAttribute("id", id.value);
    message.addAttribute("from", from);
    message.addAttribute("to", bare_jid);
    xmpp::add(message, "body", {}, xmpp::clean(text));
    return notice(lost, id.value, message, from, bare_jid, now);
}

/// The contact's JID that the user wrote to, else the JID that the gateway writes.
std::string contact_jid(const Lost& lost, const std::string& component) {
    if (!lost.from.empty()) return lost.from;
    if (const auto original = xmpp::parse_stanza(lost.original)) return xmpp::attribute(*original, "to");
    const auto address = coi::parse_addr_spec(lost.address);
    const auto jid = address ? jid_of(*address, component) : std::nullopt;
    return jid ? jid->bare() : component;
}

Lost lost_of(const queue::Entry& entry) {
    return {entry.account, entry.contact, entry.to, entry.origin, entry.origin_id, entry.lang,
            entry.taken,   entry.beside,  ""};
}

}  // namespace

Lost lost(const ids::Known& known, const Contact* contact, const std::string& component) {
    const auto from = contact ? jid_of(*contact, component) : std::nullopt;
    return {known.account,
            known.contact,
            contact ? contact->address.addr_spec() : known.contact,
            known.jid,
            known.stanza.value,
            known.lang,
            known.when,
            "",
            from ? from->bare() : ""};
}

namespace {

std::vector<queue::Entry> notices(const Lost& lost, const coi::Error& error, bool is_shown,
                                  const std::string& component, Time now) {
    if (lost.jid.empty()) return {};
    const std::string from = contact_jid(lost, component);
    std::string text = smtp_refusal::words(error, lost.address, lost.lang);
    if (lost.has_others) text += " " + say(lost.lang, "It has also gone to the other addresses of this person.");
    if (lost.is_group) text += " " + say(lost.lang, "The other members of the group have got it.");
    queue::Entry line = chat_line(lost, from, framed::notice("⚠ " + text), now);
    if (lost.stanza_id.empty() || lost.has_others || lost.is_group) return {line};
    auto original = xmpp::parse_stanza(lost.original);
    if (!original) {
        original = std::make_unique<xmpp::Tag>("message");
        original->addAttribute("id", lost.stanza_id);
        original->addAttribute("from", lost.jid);
        original->addAttribute("to", from);
    }
    const auto condition = smtp_refusal::condition_of(error);
    const auto stanza = xmpp::error_reply(*original, condition.type, condition.condition, xmpp::clean(text), lost.lang);
    std::vector<queue::Entry> both{notice(lost, lost.stanza_id, *stanza, from, lost.jid, now)};
    const bool is_seen = is_shown && xmpp::body_of(*stanza) != nullptr && now - lost.written <= still_watching;
    is_seen ? void(both.front().beside = line.payload) : both.push_back(std::move(line));
    return both;
}

}  // namespace

Lost lost_to_member(const queue::Entry& entry, const std::string& address) {
    Lost lost = lost_of(entry);
    lost.address = address;
    lost.original.clear();  // the line comes from the member, not from the room
    lost.is_group = true;
    return lost;
}

std::vector<queue::Entry> to_jabber(const Lost& lost, const coi::Error& error, const std::string& component, Time now) {
    return notices(lost, error, false, component, now);
}

std::vector<queue::Entry> to_jabber(const queue::Entry& failed, const coi::Error& error, bool is_shown,
                                    const std::string& component, Time now) {
    return notices(lost_of(failed), error, is_shown, component, now);
}

queue::Entry delayed(const queue::Entry& waiting, const std::string& from, const std::string& reason,
                     const std::string& component, Time now) {
    Lost lost = lost_of(waiting);
    lost.from = from;
    return delayed(lost, reason, component, now);
}

queue::Entry delayed(const Lost& lost, const std::string& reason, const std::string& component, Time now) {
    std::string text = say(lost.lang,
                           "Your message to {1} is delayed: the mail server cannot be reached or does not take it yet. "
                           "It is still being tried; there is nothing you need to do.",
                           {lost.address});
    if (!reason.empty())
        text +=
            " " + say(lost.lang, "The last attempt ended with: “{1}”", {smtp_refusal::quotable(reason, lost.address)});
    return chat_line(lost, contact_jid(lost, component), framed::notice("⏳ " + text), now);
}

std::vector<queue::Entry> to_mail(const queue::Entry& failed, const coi::Error& error, const Account& account,
                                  const std::string& relay_domain, Time now) {
    if (failed.origin.empty() || relay_domain.empty()) return {};
    const auto sender = coi::parse_addr_spec(failed.origin);
    if (!sender) return {};
    coi::Bounce bounce;
    bounce.reporter = {"Mail Delivery System", "mailer-daemon", relay_domain};
    bounce.sender = *sender;
    bounce.dsn.recipients.push_back({account.address.addr_spec(), coi::Dsn::Action::failed,
                                     error.enhanced.empty() ? "5.0.0" : error.enhanced, error.text});
    bounce.dsn.original = {failed.origin_id};
    // Only the Message-ID of the mail is stored: chat programs mark their message by it.
    if (coi::is_printable(bounce.dsn.original))
        bounce.original_headers = "Message-ID: <" + bounce.dsn.original.value + ">\r\n";
    bounce.explanation =
        error.enhanced == no_longer_used
            ? say(failed.lang, "Your message to {1} could not be delivered: this address is no longer used.",
                  {account.address.addr_spec()})
            : say(failed.lang, "Your message to {1} could not be delivered: the Jabber server did not take it.",
                  {account.address.addr_spec()});
    const coi::MessageId id = coi::mint(relay_domain);
    auto mail = coi::print_bounce(bounce, id);
    if (!mail) return {};
    queue::Entry entry;
    entry.direction = queue::Direction::mail;
    entry.contact = failed.contact;
    entry.name = id.value;
    entry.to = failed.origin;  // `from` stays empty: the null reverse-path [RFC 3464 §2]
    entry.payload = std::move(*mail);
    entry.taken = entry.next = now;
    entry.expires = now + notice_lifetime;
    return {entry};
}

}  // namespace gateway::bounce
