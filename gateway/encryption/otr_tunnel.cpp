// See otr_tunnel.h.

#include "gateway/encryption/otr_tunnel.h"

#include <algorithm>

#include "gateway/encryption/otr_messages.h"
#include "gateway/model/addresses.h"
#include "gateway/translate/feature/otr_message.h"
#include "xmpp/jid.h"
#include "xmpp/otr/stanza.h"
#include "xmpp/xep/xep0280_carbons.h"
#include "xmpp/xep/xep0380_eme.h"

namespace gateway {

using xmpp::otr::Kind;
using xmpp::otr::Notice;

namespace {

constexpr auto forget_after = std::chrono::minutes(50);  // longer than the rate limits of session starts
constexpr std::size_t most_conversations = 100;          // per account

std::string name(AccountId id) { return std::to_string(static_cast<std::int64_t>(id)); }

}  // namespace

OtrTunnel::Conversation& OtrTunnel::conversation(const Key& key) {
    if (!conversations_.contains(key)) {
        const auto first = conversations_.lower_bound({key.first, ""});
        auto end = first;
        std::size_t count = 0;
        for (; end != conversations_.end() && end->first.first == key.first; ++end) ++count;
        const auto silent = [](const auto& a, const auto& b) { return a.second.used < b.second.used; };
        if (count >= most_conversations) conversations_.erase(std::min_element(first, end, silent));
    }
    Conversation& known = conversations_[key];
    known.used = Clock::now();
    return known;
}

void OtrTunnel::refuse(const Account& account, const xmpp::Tag& message, const std::string& words) {
    const std::string& said = xmpp::attribute(message, "xml:lang");
    const auto error =
        xmpp::error_reply(message, "cancel", "not-acceptable", words, said.empty() ? account.lang : said);
    if (error) sender_.send(*error);
}

/// Limits session starts, as gateway/encryption/otr does: two programs might answer each other's errors with new starts
/// for ever.
bool OtrTunnel::may_start(const Account& account, const std::string& contact, xmpp::otr::Limiter& limiter,
                          const std::string& peer, Kind kind) {
    using DeliveryResult = xmpp::otr::Limiter::Verdict;
    const auto now = Clock::now();
    if (kind == Kind::error) return errors_.take(name(account.id) + " " + contact + " " + peer, now);
    if (kind != Kind::query && kind != Kind::dh_commit) return true;
    const auto verdict = kind == Kind::query ? limiter.query(peer, now) : limiter.commit(peer, now);
    if (verdict == DeliveryResult::allowed && starts_.take(name(account.id), now)) return true;
    if (told_.take(name(account.id), now)) {
        if (const auto words = otr_messages::of({Notice::Kind::too_often}, contact, account.lang))
            notices_.tell(account, *words);
    }
    return false;
}

bool OtrTunnel::take(const xmpp::Tag& message) {
    const std::string& type = xmpp::attribute(message, "type");
    const xmpp::Tag* body = xmpp::body_of(message);
    if (!body || type == "error" || type == "groupchat" || xmpp::xep0280::is_copy(message)) return false;
    const auto user = bare(xmpp::attribute(message, "from"));
    const auto to = address_of(xmpp::read_jid(xmpp::attribute(message, "to")));
    const Account* account = user && to ? directory_.of_user(*user) : nullptr;
    const Contact* contact = account ? directory_.contact(account->id, to->canonical()) : nullptr;
    if (!contact || contact->privacy.tunnel != Tunnel::on) return false;
    const auto seen = xmpp::otr::look(body->cdata());
    if (seen.is_plain()) return false;
    const auto whole = joined(*account, *contact, message, seen);
    if (!whole) return true;
    const auto kind = xmpp::otr::look(xmpp::body_of(*whole)->cdata()).kind;
    const std::string from = xmpp::attribute(message, "from"), address = contact->address.addr_spec();
    Conversation& talk = conversation({account->id, contact->canonical});
    if (kind != Kind::error) talk.speaker = from;
    if (otr_message::stands(contact->privacy) && !may_start(*account, address, talk.out, from, kind)) return true;
    outgoing_.take_tunnelled(*account, contact->address, *whole);
    return true;
}

xmpp::Stanza OtrTunnel::joined(const Account& account, const Contact& contact, const xmpp::Tag& message,
                               const xmpp::otr::Seen& seen) {
    const std::string peer = xmpp::attribute(message, "from") + " " + contact.canonical;
    auto& pieces = pieces_[account.id];
    const auto now = Clock::now();
    if (seen.kind != Kind::fragment) {
        pieces.forget(peer);
        return xmpp::otr::stanza::with_body(message, seen.wire);
    }
    const auto text = pieces.add(peer, seen, now);
    if (pieces.bytes() == 0) pieces_.erase(account.id);
    if (text) return xmpp::otr::stanza::with_body(message, *text);
    // The last fragment of a message whose other fragments were received before the gateway was restarted.
    if (seen.number == seen.count) {
        refuse(account, message,
               *otr_messages::of({Notice::Kind::unreadable}, contact.address.addr_spec(), account.lang));
    }
    return nullptr;
}

bool OtrTunnel::may_pass(const Account& account, const std::string& contact, const coi::MessageId& id,
                         const OtrMessage& otr) {
    Conversation& talk = conversation({account.id, contact});
    if (talk.counted == id) return true;
    if (!may_start(account, contact, talk.in, "mail", xmpp::otr::look(otr.message).kind)) return false;
    talk.counted = id;
    return true;
}

OtrTunnel::Route OtrTunnel::route(const queue::Entry& entry, const xmpp::Tag& stanza) const {
    const xmpp::Tag* body = xmpp::body_of(stanza);
    if (!body || !xmpp::xep0380::encryption(stanza) || xmpp::otr::look(body->cdata()).is_plain()) return {};
    const Contact* contact = directory_.contact(entry.account, entry.contact);
    if (!contact || contact->privacy.tunnel != Tunnel::on) return {true, ""};
    const auto talk = conversations_.find({entry.account, entry.contact});
    return {false, talk == conversations_.end() ? "" : talk->second.speaker};
}

void OtrTunnel::unavailable(const std::string& jid) {
    for (auto& [key, talk] : conversations_) {
        if (talk.speaker == jid) talk.speaker.clear();
    }
}

void OtrTunnel::tick() {
    const auto now = Clock::now();
    std::erase_if(conversations_, [now](const auto& talk) { return now - talk.second.used > forget_after; });
    for (auto& [id, pieces] : pieces_) pieces.expire(now);
    std::erase_if(pieces_, [](const auto& pieces) { return pieces.second.bytes() == 0; });
}

}  // namespace gateway
