// Subscriptions and probes, answered from memory [RFC 6121 §3, §4.3], [XEP-0100 §4]; see presence.h.

#include "gateway/presence.h"

#include "gateway/identity.h"
#include "gateway/words.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {
namespace {

xmpp::Stanza presence(const std::string& from, const std::string& to, const char* type = "") {
    auto stanza = std::make_unique<xmpp::Tag>("presence");
    stanza->addAttribute("type", type);
    stanza->addAttribute("from", from);
    stanza->addAttribute("to", to);
    return stanza;
}

}  // namespace

Presence::Presence(Directory& directory, std::string component, Send send)
    : directory_(directory), component_(std::move(component)), send_(std::move(send)) {}

void Presence::take(const xmpp::Tag& stanza, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const auto user = bare(xmpp::attribute(stanza, "from"));
    if (type == "error" || !user) return;
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(stanza, "to"));
    if (to.username().empty()) return take_own(stanza, *user, may_use);
    const auto address = address_of(to);
    if (!address) {
        if (type == "subscribe") refuse(stanza, "modify", "jid-malformed", no_address(stanza));
        return;
    }
    take_contact(stanza, {*user, to.bare(), *address}, may_use);
}

void Presence::take_own(const xmpp::Tag& stanza, const std::string& user, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const std::string& from = xmpp::attribute(stanza, "from");
    if (type == "subscribe") {
        if (!may_use) return refuse(stanza, "auth", "registration-required", not_for_you(stanza));
        send_(*presence(component_, user, "subscribed"));
        send_(*presence(component_, user));
    } else if (type == "unsubscribe") {
        send_(*presence(component_, user, "unsubscribed"));
        send_(*presence(component_, user, "unavailable"));
    } else if (type == "probe") {
        send_(*presence(component_, from, may_use ? "" : "unsubscribed"));
    } else if (type == "unavailable") {
        send_(*presence(component_, from, "unavailable"));  // [XEP-0100 §4.5.1]
    } else if (type.empty() && may_use) {
        send_(*presence(component_, from));  // [XEP-0100 §4.4.1]
    }
}

void Presence::take_contact(const xmpp::Tag& stanza, const Ask& ask, bool may_use) {
    const std::string& type = xmpp::attribute(stanza, "type");
    if (const Account* account = directory_.of_user(ask.user))
        directory_.note_name(account->id, xmpp::xep0172::nick(stanza));
    if (type == "subscribe") {
        if (!may_use) return refuse(stanza, "auth", "registration-required", not_for_you(stanza));
        if (!may_remember(ask, directory_.of_user(ask.user)))
            return refuse(stanza, "wait", "resource-constraint", too_many(stanza));
        subscribe(ask);
    } else if (type == "unsubscribe") {
        unsubscribe(ask);
    } else if (type == "probe") {
        probe(ask, xmpp::attribute(stanza, "from"), may_use);
    }
    // subscribed, unsubscribed: their answer to what §4.6 has us ask; nothing hangs on it. Available and unavailable:
    // mail users are not told, and the user's server probes whoever it wants to know of.
}

void Presence::subscribe(const Ask& ask) {
    if (directory_.of_user(ask.user) || !relay_account) return accept(ask);
    relay_account(ask.user, [this, ask](bool made) {
        if (made) return accept(ask);
        send_(*presence(ask.jid, ask.user, "unsubscribed"));
    });
}

void Presence::accept(const Ask& ask) {
    const Account* account = directory_.of_user(ask.user);
    const bool again = !remember(ask, account);
    send_(*presence(ask.jid, ask.user, "subscribed"));
    send_available(ask, ask.user);
    // [XEP-0100 §4.6.1] the contact asks back: once, and only because the user asked first.
    if (!again) {
        auto request = presence(ask.jid, ask.user, "subscribe");
        if (const Contact* contact = known(ask, account)) xmpp::xep0172::add_nick(*request, contact->address.name);
        send_(*request);
    }
}

void Presence::unsubscribe(const Ask& ask) {
    const Account* account = directory_.of_user(ask.user);
    if (const Contact* contact = known(ask, account); contact && contact->subscribed) {
        Contact changed = *contact;
        changed.subscribed = false;
        directory_.save(changed);
    }
    send_(*presence(ask.jid, ask.user, "unsubscribed"));
    send_(*presence(ask.jid, ask.user, "unavailable"));  // [RFC 6121 §3.3.3]
}

void Presence::probe(const Ask& ask, const std::string& to, bool may_use) {
    if (!may_use) {
        send_(*presence(ask.jid, to, "unsubscribed"));  // [RFC 6121 §4.3.2]
        return;
    }
    // The user's server probes because its roster has the subscription: where our memory differs, the roster is right.
    remember(ask, directory_.of_user(ask.user));
    send_available(ask, to);
}

/// Whether the account has, or has room for, this contact.
bool Presence::may_remember(const Ask& ask, const Account* account) const {
    return !account || known(ask, account) || directory_.has_room(account->id);
}

/// False if the subscription was known already.
bool Presence::remember(const Ask& ask, const Account* account) {
    if (!account) return true;
    if (const Contact* contact = known(ask, account); contact && contact->subscribed) return false;
    if (!may_remember(ask, account)) return true;
    Contact& contact = directory_.know(account->id, ask.address);
    contact.subscribed = true;
    directory_.save(contact);
    return true;
}

const Contact* Presence::known(const Ask& ask, const Account* account) const {
    return account ? directory_.contact(account->id, ask.address.canonical()) : nullptr;
}

void Presence::send_available(const Ask& ask, const std::string& to) {
    auto stanza = presence(ask.jid, to);
    if (const Contact* contact = known(ask, directory_.of_user(ask.user))) {
        xmpp::xep0172::add_nick(*stanza, contact->address.name);
    }
    send_(*stanza);
}

void Presence::refuse(const xmpp::Tag& stanza, const char* type, const char* condition, const std::string& words) {
    if (auto error = xmpp::error_reply(stanza, type, condition, words, xmpp::attribute(stanza, "xml:lang")))
        send_(*error);
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
    send_(*presence(component_, jid, "subscribe"));
    send_(*presence(component_, jid));
}

void Presence::unlinked(const std::string& jid, const std::vector<std::string>& contacts) {
    const auto leave = [&](const std::string& from) {
        for (const char* type : {"unsubscribe", "unsubscribed", "unavailable"}) send_(*presence(from, jid, type));
    };
    for (const auto& contact : contacts) leave(contact);
    leave(component_);  // [XEP-0100 §4.3.1]
}

}  // namespace gateway
