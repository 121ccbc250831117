// See notices.h.

#include "gateway/service/notices.h"

#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/framed.h"
#include "gateway/model/stanza_id.h"
#include "gateway/translate/smtp_refusal.h"
#include "xmpp/stanza.h"

namespace gateway {

void Notices::tell(const Account& account, const std::string& text) { put(account, settings_.component, text); }

void Notices::tell_in(const Account& account, const std::string& contact_jid, const std::string& text) {
    put(account, contact_jid, framed::notice(text));
}

void Notices::tell_end_to_end(const Account& account, const std::string& contact, const std::string& contact_jid,
                              const std::string& text) {
    put(account, contact_jid, framed::notice(text), contact);
}

/// An entry without a contact neither waits for OTR nor for the contact's messages.
void Notices::put(const Account& account, const std::string& from, const std::string& text,
                  const std::string& contact) {
    queue::Entry entry;
    entry.direction = queue::Direction::jabber;
    entry.account = account.id;
    entry.contact = contact;
    entry.name = mint_stanza_id().value;
    entry.from = from;
    entry.to = account.jid;
    entry.taken = entry.next = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    entry.expires = entry.taken + settings_.expire;
    xmpp::Tag message("message");
    message.addAttribute("type", "chat");
    message.addAttribute("id", entry.name);
    message.addAttribute("from", entry.from);
    message.addAttribute("to", entry.to);
    xmpp::add(message, "body", {}, xmpp::clean(text));
    entry.payload = xmpp::print(message);
    queue::put(store_, std::move(entry), [&jabber = jabber_](const Store::Failure& failure, queue::Entry put) {
        if (!failure) jabber.committed(std::move(put));
    });
}

void Notices::mail_to(const Account& account, const std::string& subject, const std::string& text,
                      std::function<void(bool)> done) {
    queue::Entry entry;
    entry.taken = entry.next = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    entry.expires = entry.taken + settings_.expire;
    coi::Message mail;
    mail.id = coi::mint(account.address.domain);
    mail.from = mail.to = {account.address};
    mail.date = std::chrono::floor<std::chrono::seconds>(entry.taken);
    mail.subject = subject;
    mail.text = text;
    auto bytes = coi::print(mail);
    if (!bytes) return done(false);
    entry.direction = queue::Direction::mail;
    entry.account = account.id;
    entry.contact = account.address.canonical();
    entry.name = mail.id.value;
    entry.from = entry.to = account.address.addr_spec();
    entry.payload = std::move(*bytes);
    queue::put(store_, std::move(entry),
               [&to_mail = mail_, done = std::move(done)](const Store::Failure& failure, queue::Entry put) {
                   if (!failure) to_mail.committed(std::move(put));
                   done(!failure);
               });
}

void Notices::encrypted(const Account& account, const Contact& contact) {
    tell(account,
         gateway::say(
             account.lang,
             "Your conversation with {1} is encrypted now. On the mail side: OpenPGP, from this gateway to {1}. On "
             "your side: OMEMO or OTR if you use them, else your Jabber server's encryption. The gateway itself "
             "decrypts in "
             "between, so whoever runs it could read along. From now on nothing is sent to {1} unencrypted unless "
             "you say so. To compare keys, write to me: fingerprint {1}",
             {contact.address.addr_spec()}));
}

void Notices::away(const Account& account, const Contact& contact, const coi::Message& answer) {
    const std::string once = std::to_string(static_cast<std::int64_t>(account.id));
    const auto at = std::chrono::steady_clock::now();
    if (!aways_.take(once + " " + contact.canonical, at) || !all_aways_.take(once, at)) return;
    const std::string line = answer.text.empty() ? answer.subject : answer.text.substr(0, answer.text.find('\n'));
    const std::string said = smtp_refusal::quotable(line, contact.address.addr_spec());
    const std::string words = gateway::say(account.lang, "The mail system of {1} answered automatically: “{2}”",
                                           {contact.address.addr_spec(), said});
    const auto jid = jid_of(contact, settings_.component);
    // It is the contact's text: where the user encrypts, it does not come in the clear.
    if (contact.privacy.spoken != EndToEnd::none && jid)
        return tell_end_to_end(account, contact.canonical, jid->bare(), words);
    tell(account, words);
}

void Notices::verified(const Account& account, const Contact& contact) {
    const auto jid = jid_of(contact, settings_.component);
    tell(account,
         gateway::say(account.lang,
                      "{1} is now a verified contact: you are connected by an invite, and what you write to each other "
                      "is encrypted. To write to {1}, write to {2}",
                      {contact.address.addr_spec(), jid ? jid->bare() : contact.canonical}));
}

void Notices::foreign_key(const Account& account, const coi::openpgp::Fingerprint& key) {
    tell(account,
         gateway::say(
             account.lang,
             "A mail from your own address {1} brings another key than mine: {2}. If another program of yours uses "
             "encryption now, let both share a key, or one of us cannot read what is answered: export it there and "
             "write to me: key import. If you know of no such program, somebody pretends to be you. I have changed "
             "nothing.",
             {account.address.addr_spec(), coi::openpgp::grouped(key)}));
}

void Notices::other_key(const Account& account, const Contact& contact, const trust::KeyNews& news) {
    const std::string address = contact.address.addr_spec(), other = coi::openpgp::grouped(news.other);
    const std::string before = coi::openpgp::grouped(news.before);
    if (news.is_used) {
        return tell(account, gateway::say(account.lang, "{1} uses another key now: {2}. The one before was: {3}",
                                          {address, other, before}));
    }
    const std::string once = std::to_string(static_cast<std::int64_t>(account.id));
    const auto at = std::chrono::steady_clock::now();
    if (!offers_.take(once + " " + contact.canonical, at) || !all_offers_.take(once, at)) return;
    tell(account,
         gateway::say(
             account.lang,
             "A mail in the name of {1} brings another key: {2}. Nothing proves that it is theirs, so it is "
             "not used. {3} What is signed with the other key is marked. If they have a new device that is "
             "fine; ask them by another way whether this is their key. To use it, write to me: accept {1} {4}",
             {address, other,
              news.before.empty() ? gateway::say(account.lang, "No key of theirs is known yet.")
              : contact.privacy.verified
                  ? gateway::say(account.lang, "What you write goes to the key that you verified: {1}.", {before})
                  : gateway::say(account.lang, "What you write goes to the key that was known: {1}.", {before}),
              news.other}));
}

}  // namespace gateway
