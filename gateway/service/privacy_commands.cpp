// Answers about keys and protection; see privacy_commands.h.

#include "gateway/service/privacy_commands.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "gateway/encryption/otr_messages.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"

namespace gateway {
namespace {

using coi::openpgp::grouped;

struct Named {
    const char* name;
    Policy policy;
};
constexpr std::array policies = {Named{"require", Policy::require}, Named{"verlangen", Policy::require},
                                 Named{"prefer", Policy::prefer},   Named{"bevorzugen", Policy::prefer},
                                 Named{"off", Policy::off},         Named{"aus", Policy::off},
                                 Named{"inherit", Policy::inherit}, Named{"übernehmen", Policy::inherit}};

/// Lines of an answer.
class Lines {
  public:
    void add(const std::string& line) { text_ += (text_.empty() ? "" : "\n") + line; }
    std::string take() { return std::move(text_); }

  private:
    std::string text_;
};

std::string policy_words(Policy policy, const std::string& lang) {
    switch (policy) {
        case Policy::require:
            return say(lang, "encrypted, or not at all (require)");
        case Policy::off:
            return say(lang, "not encrypted (off)");
        case Policy::prefer:
        case Policy::inherit:
            return say(lang, "encrypted where the other side can read it (prefer)");
    }
    return "";
}

/// How what leaves to this contact is protected now.
std::string mail_leg_words(const Contact& contact, const Account& account, Policy policy, const std::string& lang) {
    const std::string address = contact.address.addr_spec();
    if (account.key_holder == KeyHolder::elsewhere) {
        return say(lang,
                   "From me to {1}: not encrypted. Your mailbox is used with another program's key; write “key import” "
                   "or “key replace”.",
                   {address});
    }
    if (!contact.privacy.has_key)
        return say(lang, "From me to {1}: no key is known yet, so only mail servers' own encryption.", {address});
    if (policy == Policy::off) return say(lang, "From me to {1}: not encrypted, as you wished.", {address});
    if (contact.privacy.verified)
        return say(lang, "From me to {1}: encrypted (OpenPGP), with a verified key.", {address});
    if (contact.privacy.encrypted) {
        return say(lang, "From me to {1}: encrypted (OpenPGP), with a key that came by mail and is not verified.",
                   {address});
    }
    return say(lang, "From me to {1}: a key is known, and is used when both sides wish it.", {address});
}

std::string jabber_leg_words(bool otr, const std::string& lang) {
    return otr ? say(lang, "From you to me: OTR.")
               : say(lang, "From you to me: your Jabber server's encryption. If you start OTR, it ends at me.");
}

void add_clients(Lines& lines, const std::vector<xmpp::otr::KnownKey>& clients, const std::string& lang) {
    for (const auto& client : clients) {
        const std::string shown = xmpp::otr::print(client.fingerprint);
        lines.add(client.verified ? say(lang, "OTR key of your client: {1} (verified)", {shown})
                                  : say(lang, "OTR key of your client: {1}", {shown}));
    }
}

}  // namespace

std::optional<Policy> PrivacyCommands::policy_named(const std::string& word) {
    for (const auto& [text, policy] : policies) {
        if (word == text) return policy;
    }
    return std::nullopt;
}

const char* PrivacyCommands::name(Policy policy) { return std::ranges::find(policies, policy, &Named::policy)->name; }

/// Why an account has no key that could be used here.
CommandResult PrivacyCommands::no_key(AccountId id, const std::string& lang) const {
    const Account* account = registrar_.directory().find(id);
    if (account && account->key_holder == KeyHolder::unknown) {
        return {
            say(lang, "Your mailbox is still being looked through for a key of yours. Please try again in a moment."),
            "wait", "resource-constraint"};
    }
    return wrong(say(lang,
                     "Your mailbox is used with another program's key. Write to me: key import (to use that key here), "
                     "or key replace (to make a new one)"));
}

CommandResult PrivacyCommands::trouble(const std::string& lang) const {
    return {say(lang, "The gateway cannot do this at the moment. Please try again in a few minutes."), "wait",
            "resource-constraint"};
}

std::optional<coi::Address> PrivacyCommands::address(const std::string& contact) const {
    return address_typed(contact, registrar_.settings().component);
}

void PrivacyCommands::with_account(const Asker& asker, const Done& done, Work work) {
    desk_.with_account(
        asker.jid, asker.lang,
        [self = shared_from_this(), asker, done, work = std::move(work)](const Account* account) {
            if (account) return work(*account);
            if (auto ending = self->registrar_.damage(asker.jid, asker.lang)) return done(std::move(*ending));
            if (self->registrar_.may_link(asker.jid)) {
                return done({say(asker.lang, "You have not linked a mailbox."), "auth", "registration-required"});
            }
            done(self->registrar_.not_allowed(asker.jid, asker.lang));
        });
}

void PrivacyCommands::with_contact(const Asker& asker, const std::string& contact, const Done& done, WithContact work) {
    const auto meant = address(contact);
    if (!meant) return done(wrong(say(asker.lang, "“{1}” is no mail address.", {contact})));
    with_account(asker, done,
                 [self = shared_from_this(), meant = *meant, work = std::move(work)](const Account& account) {
                     work(account, self->registrar_.directory().known_or_new(account.id, meant));
                 });
}

void PrivacyCommands::invite(const Asker& asker,
                             std::function<void(CommandResult, std::optional<coi::securejoin::Invite>)> done) {
    const Done refuse = [done](CommandResult ending) { done(std::move(ending), std::nullopt); };
    with_account(asker, refuse, [self = shared_from_this(), asker, done](const Account& account) {
        if (account.key_holder != KeyHolder::coigate) {
            return done(self->no_key(account.id, asker.lang), std::nullopt);
        }
        self->desk_.invite(account.id, [self, asker, done](std::optional<coi::securejoin::Invite> invite) {
            if (!invite) return done(self->trouble(asker.lang), std::nullopt);
            const std::string words = say(
                asker.lang,
                "With this invite somebody connects with you, and both sides have each other's keys. Give it to one "
                "person, by a way that you trust; it is good for 14 days. They open the link, or scan it as a QR "
                "code (my command “Invite” shows one). As soon as they are connected I tell you.\n{1}",
                {coi::securejoin::print_link(*invite)});
            done({words}, std::move(invite));
        });
    });
}

void PrivacyCommands::join(const Asker& asker, const std::string& text, Done done) {
    const auto invite = coi::securejoin::parse(text);
    if (!invite) {
        return done(wrong(say(asker.lang,
                              "This is no invite that I can follow. It has to be the whole invite of a person; groups "
                              "and channels cannot be joined yet.")));
    }
    with_account(asker, done, [self = shared_from_this(), asker, invite = *invite, done](const Account& account) {
        const std::string address = invite.address.addr_spec();
        self->desk_.join(account.id, invite, [self, asker, address, id = account.id, done](SecureJoin::Joined joined) {
            switch (joined) {
                case SecureJoin::Joined::begun:
                    return done({say(asker.lang,
                                     "I am connecting you with {1}. As soon as their program has answered I tell you; "
                                     "it has to be online for that.",
                                     {address})});
                case SecureJoin::Joined::own:
                    return done(self->wrong(say(asker.lang, "This is your own invite: give it to somebody else.")));
                case SecureJoin::Joined::too_often:
                    return done({say(asker.lang, "These were too many invites. Please try again in an hour."), "wait",
                                 "policy-violation"});
                case SecureJoin::Joined::no_key:
                    return done(self->no_key(id, asker.lang));
                case SecureJoin::Joined::busy:
                    return done(self->trouble(asker.lang));
            }
        });
    });
}

void PrivacyCommands::fingerprint(const Asker& asker, const std::string& contact, Done done) {
    const auto meant = contact.empty() ? std::optional(coi::Address{}) : address(contact);
    if (!meant) return done(wrong(say(asker.lang, "“{1}” is no mail address.", {contact})));
    with_account(asker, done, [self = shared_from_this(), asker, meant = *meant, done](const Account& account) {
        const std::string canonical = meant.local.empty() ? "" : meant.canonical();
        self->desk_.fingerprints(account.id, canonical, [self, asker, meant, canonical, done](auto found) {
            if (!found) return done(self->trouble(asker.lang));
            const std::string& lang = asker.lang;
            Lines lines;
            lines.add(found->own.empty() ? say(lang, "Your key is held by another program, not by me.")
                                         : say(lang, "Your key, as mail users see it: {1}", {grouped(found->own)}));
            bool tunnel = false;
            if (!canonical.empty()) {
                const std::string who = meant.addr_spec();
                const Account* still = self->registrar_.directory().of_user(asker.jid);
                const Contact* known = still ? self->registrar_.directory().contact(still->id, canonical) : nullptr;
                const bool verified = known && known->privacy.verified;
                tunnel = known && known->privacy.tunnel == Tunnel::on;
                if (found->contact.empty()) {
                    lines.add(say(lang, "No key of {1} is known yet.", {who}));
                } else if (verified) {
                    lines.add(say(lang, "The key of {1}: {2} (verified)", {who, grouped(found->contact)}));
                } else {
                    lines.add(say(lang, "The key of {1}: {2} (not verified: compare it with them, or use an invite)",
                                  {who, grouped(found->contact)}));
                }
                if (!found->other.empty()) {
                    lines.add(say(lang, "A mail in their name brought another key, which is not used: {1}",
                                  {grouped(found->other)}));
                }
            }
            if (tunnel) lines.add(otr_messages::ends_elsewhere(meant.addr_spec(), lang));
            if (!tunnel && !found->otr.empty()) lines.add(say(lang, "My OTR key towards you: {1}", {found->otr}));
            if (!tunnel) add_clients(lines, found->clients, lang);
            done({lines.take()});
        });
    });
}

void PrivacyCommands::mail_fingerprints(const Asker& asker, Done done) {
    const Account* mailbox = registrar_.mailbox(asker.jid);
    if (!mailbox) return done(wrong(say(asker.lang, "You have no linked mailbox that I could send them to.")));
    desk_.fingerprints(mailbox->id, "", [self = shared_from_this(), asker, done](auto found) {
        const Account* account = self->registrar_.mailbox(asker.jid);
        if (!found || !account) return done(self->trouble(asker.lang));
        const std::string& lang = asker.lang;
        Lines lines;
        lines.add(
            say(lang, "The keys of the gateway {1} for {2}:", {self->registrar_.settings().component, asker.jid}));
        if (!found->own.empty()) lines.add(say(lang, "Your key, as mail users see it: {1}", {grouped(found->own)}));
        lines.add(say(lang, "My OTR key towards you: {1}", {found->otr}));
        const std::string address = account->address.addr_spec();
        const auto sent = [self, done, lang, address](bool taken) {
            done(taken ? CommandResult{say(lang, "A mail with the fingerprints is on its way to {1}.", {address})}
                       : self->trouble(lang));
        };
        self->registrar_.calls().mail_to(*account, say(lang, "Fingerprints of the gateway"), lines.take(), sent);
    });
}

void PrivacyCommands::status(const Asker& asker, const std::string& contact, Done done) {
    with_contact(
        asker, contact, done, [self = shared_from_this(), asker, done](const Account& account, const Contact& met) {
            const Policy holds = policy::resolve(&met, account, self->desk_.configured());
            Lines lines;
            const bool tunnel = met.privacy.tunnel == Tunnel::on;
            if (!tunnel)
                lines.add(jabber_leg_words(self->desk_.otr().is_encrypted(account.id, met.canonical), asker.lang));
            if (const auto words = otr_messages::tunnel_status(met, asker.lang)) lines.add(*words);
            lines.add(mail_leg_words(met, account, holds, asker.lang));
            if (met.privacy.conflicting) {
                lines.add(
                    say(asker.lang,
                        "A mail in the name of {1} brought another key, which is not used. See “fingerprint {1}” and "
                        "“accept {1}”.",
                        {met.address.addr_spec()}));
            }
            lines.add(tunnel ? say(asker.lang,
                                   "What is written without OTR I decrypt in between: whoever runs me could "
                                   "read that.")
                             : say(asker.lang, "In between I decrypt: whoever runs me could read along."));
            lines.add(self->policy_line(account, &met, asker.lang));
            if (met.privacy.otr_clear)
                lines.add(say(asker.lang, "What you write under OTR may leave as readable mail, as you allowed."));
            done({lines.take()});
        });
}

void PrivacyCommands::show_other_key(const Asker& asker, AccountId id, const std::string& who,
                                     const std::string& canonical, const Done& done) {
    desk_.fingerprints(id, canonical, [self = shared_from_this(), asker, who, done](const auto& found) {
        if (!found) return done(self->trouble(asker.lang));
        if (found->other.empty())
            return done(self->wrong(say(asker.lang, "There is no changed key of {1} to accept.", {who})));
        Lines lines;
        if (!found->contact.empty())
            lines.add(say(asker.lang, "The key of {1} that is used: {2}", {who, grouped(found->contact)}));
        lines.add(say(asker.lang, "The other key, which a mail in their name brought: {1}", {grouped(found->other)}));
        lines.add(say(asker.lang,
                      "Ask them by another way which one is theirs. To use the other one from now on, write to me: "
                      "accept {1} {2}",
                      {who, found->other}));
        done({lines.take()});
    });
}

void PrivacyCommands::accept(const Asker& asker, const std::string& contact, Done done) {
    const auto space = std::min(contact.find(' '), contact.size());
    coi::openpgp::Fingerprint key;
    for (const unsigned char c : contact.substr(space)) {
        if (std::isxdigit(c)) key += static_cast<char>(std::toupper(c));
    }
    with_contact(asker, contact.substr(0, space), done,
                 [self = shared_from_this(), asker, key, done](const Account& account, const Contact& met) {
                     const std::string who = met.address.addr_spec(), canonical = met.canonical;
                     const AccountId id = account.id;
                     if (key.empty()) return self->show_other_key(asker, id, who, canonical, done);
                     self->desk_.accept(id, canonical, key, [self, asker, who, id, canonical, done](auto accepted) {
                         if (accepted == KeyManagement::Accepted::busy) return done(self->trouble(asker.lang));
                         if (accepted == KeyManagement::Accepted::another)
                             return self->show_other_key(asker, id, who, canonical, done);
                         done({say(asker.lang,
                                   "From now on the new key of {1} is used. It is not verified; an invite would verify "
                                   "it again.",
                                   {who})});
                     });
                 });
}

std::string PrivacyCommands::policy_line(const Account& account, const Contact* contact,
                                         const std::string& lang) const {
    const std::string holds = policy_words(policy::resolve(contact, account, desk_.configured()), lang);
    if (!contact) return say(lang, "Mail to your contacts: {1}", {holds});
    const std::string address = contact->address.addr_spec();
    if (contact->privacy.policy == Policy::inherit)
        return say(lang, "Mail to {1}: {2}, as to all your contacts", {address, holds});
    return say(lang, "Mail to {1}: {2}", {address, holds});
}

void PrivacyCommands::set_policy(const Asker& asker, const Account& account, Policy wanted, const Done& done) {
    registrar_.directory().change(
        account.id, [wanted](Account& changed) { changed.policy = wanted; },
        [self = shared_from_this(), asker, id = account.id, done](const Store::Failure& failure) {
            const Account* still = self->registrar_.directory().find(id);
            if (failure || !still) return done(self->trouble(asker.lang));
            done({self->policy_line(*still, nullptr, asker.lang)});
        });
}

void PrivacyCommands::policy(const Asker& asker, const std::string& contact, const std::string& wanted, Done done) {
    const auto named = policy_named(wanted);
    if (!named && !wanted.empty()) {
        return done(
            wrong(say(asker.lang,
                      "Write: policy CONTACT require, prefer, off, or inherit (as for all). Without CONTACT it is for "
                      "all; inherit is then as the gateway has it.")));
    }
    if (contact.empty()) {
        return with_account(asker, done, [self = shared_from_this(), asker, named, done](const Account& account) {
            if (!named) return done({self->policy_line(account, nullptr, asker.lang)});
            self->set_policy(asker, account, *named, done);
        });
    }
    with_contact(asker, contact, done,
                 [self = shared_from_this(), asker, named, done](const Account& account, const Contact& met) {
                     if (!named) return done({self->policy_line(account, &met, asker.lang)});
                     const Contact& changed = self->registrar_.directory().change(
                         account.id, met.address, [&](Contact& contact) { contact.privacy.policy = *named; });
                     done({self->policy_line(account, &changed, asker.lang)});
                 });
}

bool PrivacyCommands::has_tunnel(const Asker& asker, const std::string& contact) const {
    const Account* account = registrar_.directory().of_user(asker.jid);
    const auto meant = address(contact);
    const Contact* met = account && meant ? registrar_.directory().contact(account->id, meant->canonical()) : nullptr;
    return met && met->privacy.tunnel == Tunnel::on;
}

void PrivacyCommands::set_tunnel(const Asker& asker, const Account& account, const Contact& met, bool on,
                                 const Done& done) {
    const bool ended = on && desk_.otr().is_encrypted(account.id, met.canonical);
    if (on) desk_.otr().off(account, met.canonical);
    const Contact& changed = registrar_.directory().change(account.id, met.address, [on](Contact& contact) {
        Privacy& privacy = contact.privacy;
        if (on || privacy.tunnel == Tunnel::on) privacy.tunnel = on ? Tunnel::on : Tunnel::off;
        privacy.tunnel_refused = false;
    });
    done({otr_messages::tunnel_switched(changed, ended, asker.lang)});
}

void PrivacyCommands::otr(const Asker& asker, const std::string& contact, const std::string& wanted, Done done) {
    const bool clear = wanted == "clear" || wanted == "lesbar",
               closed = wanted == "encrypted" || wanted == "verschlüsselt";
    const bool off = wanted == "off" || wanted == "aus";
    const bool tunnel_on = wanted == "tunnel on" || wanted == "tunnel an",
               tunnel_off = wanted == "tunnel off" || wanted == "tunnel aus";
    if (!clear && !closed && !off && !tunnel_on && !tunnel_off) {
        return done(wrong(say(asker.lang,
                              "Write: otr CONTACT encrypted (what you write under OTR leaves as encrypted mail only), "
                              "otr CONTACT clear (it may leave as readable mail), otr CONTACT off (messages to you no "
                              "longer wait for OTR), or otr CONTACT tunnel on (OTR goes through me to the contact's "
                              "own program) and otr CONTACT tunnel off.")));
    }
    with_contact(
        asker, contact, done,
        [self = shared_from_this(), asker, clear, off, tunnel_on, tunnel_off, done](const Account& account,
                                                                                    const Contact& met) {
            const std::string who = met.address.addr_spec();
            if (tunnel_on || tunnel_off) return self->set_tunnel(asker, account, met, tunnel_on, done);
            if (off) {
                self->desk_.otr().off(account, met.canonical);
                if (met.privacy.tunnel == Tunnel::on) return self->set_tunnel(asker, account, met, false, done);
                return done({say(asker.lang, "Messages of {1} come to you without OTR from now on.", {who})});
            }
            self->registrar_.directory().change(account.id, met.address,
                                                [clear](Contact& contact) { contact.privacy.otr_clear = clear; });
            done({clear ? say(asker.lang, "What you write to {1} under OTR may now leave as readable mail.", {who})
                        : say(asker.lang, "What you write to {1} under OTR leaves as encrypted mail only.", {who})});
        });
}

void PrivacyCommands::verify(const Asker& asker, const std::string& contact, const std::string& secret, Done done) {
    if (secret.empty()) return done(wrong(say(asker.lang, "Write: verify CONTACT SECRET")));
    with_contact(asker, contact, done,
                 [self = shared_from_this(), asker, secret, done](const Account& account, const Contact& met) {
                     const std::string who = met.address.addr_spec();
                     if (met.privacy.tunnel == Tunnel::on)
                         return done(self->wrong(otr_messages::ends_elsewhere(who, asker.lang)));
                     if (!self->desk_.otr().verify(account, met.canonical, secret)) {
                         return done(self->wrong(
                             say(asker.lang, "There is no OTR session with {1} now. Start one first.", {who})));
                     }
                     done({say(asker.lang,
                               "Your client now asks for the secret; give it the same. To be honest: the secret went "
                               "through your Jabber server, so it proves nothing against that server.")});
                 });
}

void PrivacyCommands::export_key(const Asker& asker, const std::string& passphrase, Done done) {
    with_account(asker, done,
                 [self = shared_from_this(), asker, phrase = coi::Secret(passphrase), done](const Account& account) {
                     self->desk_.export_key(account.id, phrase,
                                            [self, asker, done](const coi::Result<coi::Secret>& key) {
                                                if (!key) return done(self->trouble(asker.lang));
                                                std::string lines(key->bytes());
                                                std::erase(lines, '\r');  // which XML would make line ends of their own
                                                done({std::move(lines)});
                                            });
                 });
}

CommandResult PrivacyCommands::took_key(const coi::Result<coi::openpgp::Fingerprint>& key,
                                        const std::string& lang) const {
    if (key) {
        return {say(lang,
                    "From now on this key is used for your mail: {1}. Contacts learn it with your next message; those "
                    "who verified the one before are warned, and need a new invite.",
                    {grouped(*key)})};
    }
    switch (key.error().kind) {
        case coi::ErrorKind::auth:
            return wrong(say(lang, "The passphrase or setup code does not fit this key."));
        case coi::ErrorKind::unreachable:
        case coi::ErrorKind::closed:
            return trouble(lang);
        case coi::ErrorKind::limit:
        case coi::ErrorKind::timeout:
            return wrong(say(lang,
                             "This key is larger than what is taken here (RSA up to 8192 bits, 50 user ids, 64 kB), or "
                             "reading it takes too long."));
        default:
            return wrong(say(lang, "This is no secret key that can sign and encrypt."));
    }
}

void PrivacyCommands::import_key(const Asker& asker, const std::string& armoured, const std::string& passphrase,
                                 Done done) {
    with_account(asker, done,
                 [self = shared_from_this(), asker, key = coi::Secret(armoured), phrase = coi::Secret(passphrase),
                  done](const Account& account) {
                     self->desk_.import_key(account.id, key, phrase, [self, asker, done](const auto& took) {
                         done(self->took_key(took, asker.lang));
                     });
                 });
}

void PrivacyCommands::replace_key(const Asker& asker, Done done) {
    with_account(asker, done, [self = shared_from_this(), asker, done](const Account& account) {
        self->desk_.replace_key(account.id,
                                [self, asker, done](const auto& took) { done(self->took_key(took, asker.lang)); });
    });
}

}  // namespace gateway
