// Subscriptions and probes, answered from memory [RFC 6121 §3, §4.3], [XEP-0100 §4]; see presence.h.

#include "gateway/service/presence.h"

#include <algorithm>

#include "gateway/accounts/nick.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/service/disco.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0115_caps.h"
#include "xmpp/xep/xep0153_vcard_avatar.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0191_blocking.h"

namespace gateway {
namespace {

constexpr std::size_t most_seen = 100'000;

/// Presence of a mail user's "client": clients such as Gajim count only presence with a resource.
constexpr const char* resource = "/mail";

}  // namespace

Presence::Presence(Directory& directory, RelayAccounts& relay_accounts, JabberStream& stream,
                   SubscriptionObserver& observer, MessageReceiver& greetings, Settings settings, Timer after,
                   std::function<bool(const std::string& user)> may_register)
    : directory_(directory),
      relay_accounts_(relay_accounts),
      stream_(stream),
      observer_(observer),
      greetings_(greetings),
      component_(std::move(settings.component)),
      alias_("gateway@" + component_),
      after_(after),
      pace_(stream, component_, std::move(settings.server), std::move(after)),
      may_register_(std::move(may_register)),
      gateway_caps_{xmpp::xep0115::version(gateway_info(false)), xmpp::xep0115::version(gateway_info(true))} {}

xmpp::Stanza Presence::presence(const std::string& from, const std::string& to, const std::string& type) {
    auto stanza = std::make_unique<xmpp::Tag>("presence");
    stanza->addAttribute("type", type);
    stanza->addAttribute("from", type.empty() || type == "unavailable" ? from + resource : from);
    stanza->addAttribute("to", to);
    return stanza;
}

void Presence::take(const xmpp::Tag& stanza, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const auto user = bare(xmpp::attribute(stanza, "from"));
    if (type == "error" || !user) return;
    note_seen(stanza, *user);
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(stanza, "to"));
    if (to.username().empty()) return take_own(stanza, *user, may_use);
    if (is_gateway(to)) return take_alias(stanza, to.bare(), may_use);
    const auto address = address_of(to);
    if (!address) {
        if (type == "subscribe") refuse(stanza, "modify", "jid-malformed", no_address(stanza));
        return;
    }
    const xmpp::Tag* status = xmpp::child(stanza, "status", "");
    take_contact(stanza,
                 {*user, to.bare(), xmpp::attribute(stanza, "xml:lang"), *address, status ? status->cdata() : ""},
                 may_use);
}

void Presence::take_own(const xmpp::Tag& stanza, const std::string& user, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const std::string& from = xmpp::attribute(stanza, "from");
    if (type == "subscribe") {
        if (!may_use) return refuse(stanza, "auth", "registration-required", not_for_you(stanza));
        note_shown(user);
        pace_.send(presence(component_, user, "subscribed"), of_gateway(component_, user));
        request(user);
    } else if (type == "unsubscribe") {
        pace_.send(presence(component_, user, "unsubscribed"));
        stream_.send(*presence(component_, user, "unavailable"));
        shown_.erase(user);
        observer_.unsubscribed(user);
    } else if (type == "subscribed") {
        observer_.granted(user);
    } else if (type == "unsubscribed") {
        observer_.cancelled(user);
    } else if (type == "probe") {
        if (!may_use) return pace_.send(presence(component_, from, "unsubscribed"));
        note_shown(from);
        stream_.send(*of_gateway(component_, from));
    } else if (type == "unavailable") {
        // COMPAT Prosody: unavailable from a bare JID acknowledges a request; it is no client that went offline.
        const bool of_client = !xmpp::read_jid(from).resource().empty();
        if (of_client) stream_.send(*presence(component_, from, "unavailable"));  // [XEP-0100 §4.5.1]
    } else if (type.empty() && may_use && !shown_.contains(from)) {
        const bool was_shown = shown_.erase(user) > 0;
        note_shown(from);
        if (!was_shown) stream_.send(*of_gateway(component_, from));  // [XEP-0100 §4.4.1]
    }
}

/// A server that logs a client in sends a probe and the client's presence [RFC 6121 §4.2.2]; where a user approves the
/// gateway, it sends their presence: what was shown is not shown again.
void Presence::note_shown(const std::string& jid) {
    if (shown_.size() < most_seen) shown_.insert(jid);
}

void Presence::take_contact(const xmpp::Tag& stanza, const Ask& ask, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    if (const Account* account = directory_.of_user(ask.user))
        directory_.note_name(account->id, xmpp::xep0172::nick(stanza));
    if (type == "subscribe") {
        if (!may_use) return refuse(stanza, "auth", "registration-required", not_for_you(stanza));
        if (!may_remember(ask, directory_.of_user(ask.user)))
            return refuse(stanza, "wait", "resource-constraint", too_many(stanza));
        const Contact* contact = known(ask, directory_.of_user(ask.user));
        if (contact && contact->blocked) return refuse_blocked(stanza, contact->address.addr_spec());
        subscribe(ask);
    } else if (type == "unsubscribe") {
        unsubscribe(ask);
    } else if (type == "probe") {
        probe(ask, xmpp::attribute(stanza, "from"), may_use);
    }
    // subscribed and unsubscribed answer the request of [XEP-0100 §4.6] and change nothing. Available and unavailable:
    // mail users are not told, and the user's server sends probes as it needs them.
}

void Presence::subscribe(const Ask& ask) {
    if (directory_.of_user(ask.user)) return accept(ask);
    relay_accounts_.get(ask.user, "", [this, ask](const Account* made) {
        if (made) return accept(ask);
        auto denied = presence(ask.jid, ask.user, "unsubscribed");
        xmpp::add(
            *denied, "status", {},
            say(ask.lang, "Please link your mailbox first: write “link” to {1} or register with it.", {component_}));
        pace_.send(std::move(denied));
    });
}

void Presence::accept(const Ask& ask) {
    const Account* account = directory_.of_user(ask.user);
    const bool again = !remember(ask, account);
    note_spelling(ask, account, true);
    pace_.send(presence(ask.jid, ask.user, "subscribed"), available(ask, ask.user));
    // Contacts do not ask back, against [XEP-0100 §4.6.1]: it would look as if they had asked by themselves. The
    // gateway asks, for all of them.
    if (again) return;
    request(ask.user);
    greet(ask);
}

/// The words beside a request are meant for the contact, who sees no requests: they are the first message. A client or
/// server that repeats a request repeats no message.
void Presence::greet(const Ask& ask) {
    if (ask.greeting.find_first_not_of(" \t\r\n") == std::string::npos) return;
    xmpp::Tag message("message");
    message.addAttribute("type", "chat");
    message.addAttribute("id", mint_stanza_id().value);
    message.addAttribute("from", ask.user);
    message.addAttribute("to", ask.jid);
    if (!ask.lang.empty()) message.addAttribute("xml:lang", ask.lang);
    xmpp::add(message, "body", {}, ask.greeting);
    greetings_.take(message, nullptr);
}

/// Asks to see the user, once: a server says whether a user is still there only to whom the user lets see them
/// (gateway/accounts/account_end). The request says who asks, and why.
void Presence::request(const std::string& user) {
    const Account* account = directory_.of_user(user);
    if (account && account->vouched) return;
    if (asked_.size() >= most_seen) asked_.clear();
    if (!asked_.emplace(user, account ? account->id : AccountId{}).second) return;
    const std::string lang = account ? account->lang : "";
    auto request = presence(component_, user, "subscribe");
    xmpp::xep0172::add_nick(*request, say(lang, "Mail gateway"));
    xmpp::add(*request, "status", {},
              say(lang,
                  "I carry your mail. Please let me see you, so that I notice when your Jabber account ends and "
                  "nobody else gets your mail."));
    pace_.send(std::move(request));
}

/// The gateway's presence, from either of its JIDs, with what it can for this user.
xmpp::Stanza Presence::of_gateway(const std::string& from, const std::string& to) const {
    auto stanza = presence(from, to);
    const auto user = bare(to);
    xmpp::xep0115::add_caps(*stanza, caps_node, gateway_caps_[user && may_register_(*user) ? 1 : 0]);
    return stanza;
}

/// Contacts differ in whether they take replies.
const std::string& Presence::caps_of(const coi::Address& address) {
    auto& version = contact_caps_[takes_no_replies(address)];
    if (version.empty()) version = xmpp::xep0115::version(contact_info(address));
    return version;
}

/// `gateway@…`: seen and written to like the domain itself.
void Presence::take_alias(const xmpp::Tag& stanza, const std::string& jid, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const std::string& from = xmpp::attribute(stanza, "from");
    if (!may_use && type != "subscribe") return;
    if (!may_use) return refuse(stanza, "auth", "registration-required", not_for_you(stanza));
    const std::string user = *bare(from);
    if (type == "unsubscribe") note_alias(user, false);
    if (type == "subscribe" || type == "probe") note_alias(user, true);
    if (type == "subscribe") return pace_.send(presence(jid, user, "subscribed"), of_gateway(jid, user));
    if (type == "unsubscribe") return pace_.send(presence(jid, user, "unsubscribed"));
    if (type == "probe") stream_.send(*of_gateway(jid, from));
}

/// With the account, if there is one yet: after a restart no server probes whose user is logged in already.
void Presence::note_alias(const std::string& user, bool is_listed) {
    if (!is_listed) alias_users_.erase(user);
    if (is_listed && alias_users_.size() < most_seen) alias_users_.insert(user);
    directory_.note_alias(user, is_listed);
}

void Presence::unsubscribe(const Ask& ask) {
    const Account* account = directory_.of_user(ask.user);
    if (const Contact* contact = known(ask, account); contact && contact->subscribed) {
        directory_.change(account->id, ask.address, [](Contact& changed) { changed.subscribed = false; });
        const auto contacts = directory_.contacts(account->id);
        const bool last = std::ranges::none_of(contacts, [](const Contact* each) { return each->subscribed; });
        if (last) observer_.unsubscribed(ask.user);
    }
    pace_.send(presence(ask.jid, ask.user, "unsubscribed"));
    stream_.send(*presence(ask.jid, ask.user, "unavailable"));  // [RFC 6121 §3.3.3]
}

void Presence::probe(const Ask& ask, const std::string& to, bool may_use) {
    if (!may_use) {
        pace_.send(presence(ask.jid, to, "unsubscribed"));  // [RFC 6121 §4.3.2]
        return;
    }
    // The user's server probes because its roster has the subscription; the roster is right where the directory
    // differs.
    remember(ask, directory_.of_user(ask.user));
    note_spelling(ask, directory_.of_user(ask.user), false);
    stream_.send(*available(ask, to));
}

/// Whether the account has this contact, or has room for it.
bool Presence::may_remember(const Ask& ask, const Account* account) const {
    return !account || known(ask, account) || directory_.has_room(account->id);
}

/// Stores the subscription. False if it was known already.
bool Presence::remember(const Ask& ask, const Account* account) {
    if (!account) return true;
    if (const Contact* contact = known(ask, account); contact && contact->subscribed) return false;
    if (!may_remember(ask, account)) return true;
    directory_.change(account->id, ask.address, [](Contact& contact) { contact.subscribed = true; });
    return true;
}

/// Notes the JID that the user uses: answers come from it.
void Presence::note_spelling(const Ask& ask, const Account* account, bool is_last) {
    if (!known(ask, account)) return;
    directory_.change(account->id, ask.address,
                      [&](Contact& contact) { use_spelling(contact, xmpp::read_jid(ask.jid), component_, is_last); });
}

const Contact* Presence::known(const Ask& ask, const Account* account) const {
    return account ? directory_.contact(account->id, ask.address.canonical()) : nullptr;
}

xmpp::Stanza Presence::available(const Ask& ask, const std::string& to) {
    return available(ask.jid, to, ask.address, known(ask, directory_.of_user(ask.user)));
}

xmpp::Stanza Presence::available(const std::string& from, const std::string& to, const coi::Address& address,
                                 const Contact* contact) {
    if (contact && contact->blocked) return presence(from, to, "unavailable");
    auto stanza = presence(from, to);
    if (contact && !contact->profile.status.empty()) xmpp::add(*stanza, "status", {}, contact->profile.status);
    xmpp::xep0115::add_caps(*stanza, caps_node, caps_of(address));
    xmpp::xep0153::add_update(*stanza, contact ? contact->profile.picture.id : "");
    if (contact) xmpp::xep0172::add_nick(*stanza, nick(directory_, *contact));
    return stanza;
}

void Presence::profile_changed(const Contact& contact) {
    const Account* account = directory_.find(contact.account);
    if (account == nullptr || !contact.subscribed) return;
    for (const auto& jid : jids_of(contact, component_))
        stream_.send(*available(jid, account->jid, contact.address, &contact));
}

void Presence::refuse(const xmpp::Tag& stanza, const char* type, const char* condition, const std::string& words) {
    if (auto error = xmpp::error_reply(stanza, type, condition, words, xmpp::attribute(stanza, "xml:lang")))
        stream_.send(*error);
}

void Presence::refuse_blocked(const xmpp::Tag& stanza, const std::string& who) {
    const std::string& lang = xmpp::attribute(stanza, "xml:lang");
    auto error = xmpp::error_reply(
        stanza, "cancel", "not-acceptable",
        say(lang, "You have blocked {1}. To unblock them, write to {2}: unblock {1}", {who, component_}), lang);
    if (!error) return;
    xmpp::xep0191::add_blocked(*error);
    stream_.send(*error);
}

std::string Presence::no_address(const xmpp::Tag& stanza) const {
    return say(xmpp::attribute(stanza, "xml:lang"), "This is no mail address. bob@example.org is written {1}.",
               {"bob\\40example.org@" + component_});
}

std::string Presence::too_many(const xmpp::Tag& stanza) const {
    return say(xmpp::attribute(stanza, "xml:lang"),
               "You have too many contacts at this gateway. Please remove some that you no longer need.");
}

std::string Presence::not_for_you(const xmpp::Tag& stanza) const {
    return say(xmpp::attribute(stanza, "xml:lang"), "This gateway is not for users of your server.");
}

void Presence::linked(const std::string& jid) {
    request(jid);
    if (alias_users_.contains(jid)) directory_.note_alias(jid, true);
    if (shown_.contains(jid)) return;  // the user has just subscribed to the gateway
    note_shown(jid);
    stream_.send(*of_gateway(component_, jid));
}

void Presence::unlinked(const std::string& jid, const std::vector<std::string>& contacts) {
    const auto leave = [&](const std::string& from) {
        for (const char* type : {"unsubscribe", "unsubscribed"}) pace_.send(presence(from, jid, type));
        stream_.send(*presence(from, jid, "unavailable"));
    };
    shown_.erase(jid);
    for (const auto& contact : contacts) leave(contact);
    leave(component_);  // [XEP-0100 §4.3.1]
}

void Presence::note_seen(const xmpp::Tag& stanza, const std::string& user) {
    const std::string& type = xmpp::attribute(stanza, "type");
    if (type == "unavailable" && xmpp::attribute(stanza, "from") != user) {  // COMPAT Prosody: as in take_own()
        seen_.erase(user);
        shown_.erase(xmpp::attribute(stanza, "from"));
    }
    if (type.empty() && seen_.size() < most_seen) seen_.insert(user);
}

bool Presence::take_answer(const xmpp::Tag& iq) { return pace_.take_answer(iq); }

}  // namespace gateway
