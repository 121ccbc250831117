// See stanza_entry.h.

#include "gateway/pipeline/stanza_entry.h"

#include "gateway/translate/translate.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {

namespace {

/// A date before there was Jabber is a broken clock's.
bool is_late(Time written, Time now) {
    using namespace std::chrono;
    return written < now - minutes(1) && written >= sys_days(year(2000) / January / 1);
}

}  // namespace

queue::Entry stanza_entry(const Event& event, const Account& account, const std::string& contact, const xmpp::JID& from,
                          Time now, const StanzaSettings& settings, const std::string& nick) {
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
    entry.payload = xmpp::print(*stanza);
    return entry;
}

}  // namespace gateway
