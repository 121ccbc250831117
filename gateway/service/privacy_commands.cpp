// Finds the account and the contact of a command; and the commands about how a conversation is protected: status,
// policy, otr, verify.

#include "gateway/service/privacy_commands.h"

#include <algorithm>
#include <array>
#include <utility>

#include "gateway/encryption/otr_messages.h"
#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/service/answer_lines.h"

namespace gateway {
namespace {

struct Named {
    const char* name;
    Policy policy;
};
constexpr std::array policies = {Named{"require", Policy::require}, Named{"verlangen", Policy::require},
                                 Named{"prefer", Policy::prefer},   Named{"bevorzugen", Policy::prefer},
                                 Named{"off", Policy::off},         Named{"aus", Policy::off},
                                 Named{"inherit", Policy::inherit}, Named{"übernehmen", Policy::inherit}};

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

/// How mail to this contact is protected now.
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

std::string jabber_leg_words(EndToEnd spoken, bool has_otr_session, const std::string& lang) {
    if (spoken == EndToEnd::omemo) return say(lang, "From you to me: OMEMO.");
    if (has_otr_session) return say(lang, "From you to me: OTR.");
    return say(lang,
               "From you to me: your Jabber server's encryption. If you switch OMEMO on or start OTR, it ends at me.");
}

}  // namespace

std::optional<Policy> PrivacyCommands::policy_named(const std::string& word) {
    for (const auto& [text, policy] : policies) {
        if (word == text) return policy;
    }
    return std::nullopt;
}

const char* PrivacyCommands::name(Policy policy) { return std::ranges::find(policies, policy, &Named::policy)->name; }

/// Why the account has no key that could be used.
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
    desk_.with_account(asker.jid, asker.lang,
                       [self = shared_from_this(), asker, done, work = std::move(work)](const Account* account) {
                           if (account) return work(*account);
                           if (auto ending = self->registrar_.damage(asker.jid, asker.lang))
                               return done(std::move(*ending));
                           if (self->registrar_.may_link(asker.jid)) {
                               return done({say(asker.lang, "You have not linked a mailbox. Write “link” to see how."),
                                            "auth", "registration-required"});
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

void PrivacyCommands::status(const Asker& asker, const std::string& contact, Done done) {
    with_contact(
        asker, contact, done, [self = shared_from_this(), asker, done](const Account& account, const Contact& met) {
            const Policy holds = policy::resolve(&met, account, self->desk_.configured());
            AnswerLines lines;
            const bool tunnel = met.privacy.tunnel == Tunnel::on;
            if (!tunnel)
                lines.add(jabber_leg_words(met.privacy.spoken,
                                           self->desk_.otr().is_encrypted(account.id, met.canonical), asker.lang));
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
            if (met.privacy.omemo_clear)
                lines.add(say(asker.lang, "What you write under OMEMO may leave as readable mail, as you allowed."));
            done({lines.take()});
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

}  // namespace gateway
