// The commands about keys: show and mail fingerprints, accept a changed key, export, import and replace the own key.

#include <algorithm>
#include <cctype>
#include <utility>

#include "gateway/encryption/otr_messages.h"
#include "gateway/localization.h"
#include "gateway/service/answer_lines.h"
#include "gateway/service/privacy_commands.h"

namespace gateway {
namespace {

using coi::openpgp::grouped;

void add_clients(AnswerLines& lines, const std::vector<xmpp::otr::KnownKey>& clients, const std::string& lang) {
    for (const auto& client : clients) {
        const std::string shown = xmpp::otr::print(client.fingerprint);
        lines.add(client.verified ? say(lang, "OTR key of your client: {1} (verified)", {shown})
                                  : say(lang, "OTR key of your client: {1}", {shown}));
    }
}

}  // namespace

void PrivacyCommands::fingerprint(const Asker& asker, const std::string& contact, Done done) {
    const auto meant = contact.empty() ? std::optional(coi::Address{}) : address(contact);
    if (!meant) return done(wrong(say(asker.lang, "“{1}” is no mail address.", {contact})));
    with_account(asker, done, [self = shared_from_this(), asker, meant = *meant, done](const Account& account) {
        const std::string canonical = meant.local.empty() ? "" : meant.canonical();
        self->desk_.fingerprints(account.id, canonical, [self, asker, meant, canonical, done](auto found) {
            if (!found) return done(self->trouble(asker.lang));
            const std::string& lang = asker.lang;
            AnswerLines lines;
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
            if (!found->omemo.empty()) lines.add(say(lang, "My OMEMO key towards you: {1}", {found->omemo}));
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
        AnswerLines lines;
        lines.add(
            say(lang, "The keys of the gateway {1} for {2}:", {self->registrar_.settings().component, asker.jid}));
        if (!found->own.empty()) lines.add(say(lang, "Your key, as mail users see it: {1}", {grouped(found->own)}));
        lines.add(say(lang, "My OTR key towards you: {1}", {found->otr}));
        if (!found->omemo.empty()) lines.add(say(lang, "My OMEMO key towards you: {1}", {found->omemo}));
        const std::string address = account->address.addr_spec();
        const auto sent = [self, done, lang, address](bool taken) {
            done(taken ? CommandResult{say(lang, "A mail with the fingerprints is on its way to {1}.", {address})}
                       : self->trouble(lang));
        };
        self->notices_.mail_to(*account, say(lang, "Fingerprints of the gateway"), lines.take(), sent);
    });
}

void PrivacyCommands::show_other_key(const Asker& asker, AccountId id, const std::string& who,
                                     const std::string& canonical, const Done& done) {
    desk_.fingerprints(id, canonical, [self = shared_from_this(), asker, who, done](const auto& found) {
        if (!found) return done(self->trouble(asker.lang));
        if (found->other.empty())
            return done(self->wrong(say(asker.lang, "There is no changed key of {1} to accept.", {who})));
        AnswerLines lines;
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

void PrivacyCommands::export_key(const Asker& asker, const std::string& passphrase, Done done) {
    with_account(asker, done,
                 [self = shared_from_this(), asker, phrase = coi::Secret(passphrase), done](const Account& account) {
                     self->desk_.export_key(account.id, phrase,
                                            [self, asker, done](const coi::Result<coi::Secret>& key) {
                                                if (!key) return done(self->trouble(asker.lang));
                                                std::string lines(key->bytes());
                                                std::erase(lines, '\r');  // XML would turn CR into further line ends
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
