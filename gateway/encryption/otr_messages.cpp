// See otr_messages.h.

#include "gateway/encryption/otr_messages.h"

#include "gateway/localization.h"
#include "gateway/translate/feature/otr_message.h"

namespace gateway::otr_messages {

using Kind = xmpp::otr::Notice::Kind;

namespace {

/// How messages written under OTR leave the gateway.
std::string mail_side(const std::string& contact, const policy::Answer& leaves, const std::string& lang) {
    if (leaves.way == policy::Way::encrypted)
        return say(lang, "From here to {1} your messages travel encrypted by OpenPGP.", {contact});
    if (leaves.way == policy::Way::clear)
        return say(lang, "From here to {1} they travel as readable mail, as you have allowed.", {contact});
    switch (leaves.refusal) {
        case policy::Refusal::elsewhere:
            return say(lang,
                       "Your mailbox is used with another program's key, so what you write under OTR is not sent on. "
                       "Write to the gateway: key import (to use that key here), or key replace (to make a new one)");
        case policy::Refusal::not_looked_yet:
            return say(lang,
                       "Your mailbox is still being looked through for a key of yours; until then what you write under "
                       "OTR is not sent on.");
        case policy::Refusal::no_key:
        case policy::Refusal::otr:
        case policy::Refusal::omemo:
        case policy::Refusal::none:
            break;
    }
    return say(lang,
               "No key of {1} is known yet, so what you write under OTR is not sent on: it would be a "
               "readable mail.",
               {contact});
}

/// The comparison of secrets (SMP).
std::string of_comparison(const xmpp::otr::Notice& notice, const std::string& contact, const std::string& lang) {
    switch (notice.kind) {
        case Kind::smp_asked:
            // The question was typed under OTR: it is not repeated outside of it.
            return notice.text.empty() ? say(lang,
                                             "Your program asks for the shared secret with {1}. Write to the gateway: "
                                             "verify {1} SECRET",
                                             {contact})
                                       : say(lang,
                                             "Your program asks for the answer to the question that you typed for {1}. "
                                             "Write it to the gateway: "
                                             "verify {1} ANSWER",
                                             {contact});
        case Kind::smp_succeeded:
            return say(
                lang,
                "The secrets are the same: OTR with {1} ends at this gateway, and nobody is in between. One honest "
                "word: a secret that you sent the gateway by Jabber proves nothing against your own Jabber server, "
                "which could read it. Against that one compare fingerprints by another way: fingerprint {1}",
                {contact});
        case Kind::smp_failed:
            return say(lang,
                       "The secrets for {1} are not the same. Either one was mistyped, or somebody is in between.",
                       {contact});
        default:
            return say(lang, "The comparison of secrets for {1} was given up.", {contact});
    }
}

}  // namespace

std::optional<std::string> of(const xmpp::otr::Notice& notice, const std::string& contact, const std::string& lang) {
    switch (notice.kind) {
        case Kind::started:
            return say(lang, "Your conversation with {1} is now encrypted by OTR between you and this gateway.",
                       {contact});
        case Kind::ended_by_peer:
            return say(lang,
                       "You have ended OTR with {1}. New messages from them wait here until you start it again. To get "
                       "them without OTR, write something to {1}, or write to the gateway: otr {1} off",
                       {contact});
        case Kind::unreadable:
        case Kind::malformed:
            return say(lang,
                       "An encrypted message of yours to {1} could not be read and was not sent. Please resend it.",
                       {contact});
        case Kind::in_clear:
            return say(lang,
                       "Your last message to {1} reached this gateway without OTR, though a session stands. To go on "
                       "without OTR, write to the gateway: otr {1} off",
                       {contact});
        case Kind::old_version:
            return say(lang, "Your program speaks an old version of OTR that is not safe. Please update it.");
        case Kind::too_often:
            return say(
                lang,
                "OTR with {1} was started too often and is not answered for a while. If your program starts it by "
                "itself again and again, switch that off.",
                {contact});
        case Kind::error:
            return say(lang, "Your program could not read an encrypted message from {1}. It says: {2}",
                       {contact, notice.text});
        case Kind::smp_asked:
        case Kind::smp_succeeded:
        case Kind::smp_failed:
        case Kind::smp_aborted:
            return of_comparison(notice, contact, lang);
        case Kind::refreshed:
        case Kind::repeated:
        case Kind::symmetric_key:
            return std::nullopt;
    }
    return std::nullopt;
}

std::string explanation(const std::string& contact, const policy::Answer& leaves, const std::string& lang) {
    return say(lang,
               "OTR protects your conversation with {1} up to this gateway, and with forward secrecy. The gateway "
               "decrypts it, so whoever runs it could read along.",
               {contact}) +
           " " + mail_side(contact, leaves, lang) + " " +
           say(lang, "To compare fingerprints, write to the gateway: fingerprint {1}", {contact});
}

std::string held(const std::string& contact, const std::string& lang) {
    return say(lang,
               "A message from {1} waits: you spoke by OTR, and no session stands now. Start OTR with {1} again to get "
               "it. To get it without OTR, write something to {1}, or write to the gateway: otr {1} off",
               {contact});
}

std::string over(const std::string& contact, const std::string& lang) {
    return say(lang, "Your conversation with {1} goes on without OTR.", {contact});
}

std::string not_carried(bool is_whole, const std::string& contact, const std::string& lang) {
    if (!is_whole) {
        return say(lang,
                   "This message was not sent: it looks like OTR, and is too long, of an old version, or of a kind "
                   "that is not carried to {1}.",
                   {contact});
    }
    return say(lang,
               "This message was not sent: you have switched the OTR tunnel to {1} on, and they have not. Ask them to. "
               "To have OTR with the gateway instead, write to it: otr {1} tunnel off",
               {contact});
}

std::string tunnel_switched(const Contact& contact, bool ended, const std::string& lang) {
    const std::string who = contact.address.addr_spec();
    if (contact.privacy.tunnel != Tunnel::on) {
        const std::string off = say(lang, "The OTR tunnel to {1} is off: if you start OTR, it ends at me.", {who});
        if (contact.privacy.tunnel == Tunnel::never) return off;
        return off + " " + say(lang, "They are told with your next encrypted message.");
    }
    const std::string over = ended ? say(lang, "Your OTR session with me is ended.") + " " : "";
    if (!otr_message::stands(contact.privacy)) {
        return over +
               say(lang,
                   "The OTR tunnel to {1} is on here. They have to switch it on, too, at a coigate gateway of "
                   "their own; your next encrypted message tells it, and I tell you when they have. Until then I "
                   "pass no OTR on.",
                   {who});
    }
    return over + say(lang,
                      "The OTR tunnel to {1} is on: OTR now goes from your program to theirs, and no gateway can read "
                      "it. Start OTR, and compare fingerprints with them: your program must show theirs, not mine. Who "
                      "writes to whom, when and how much stays visible to both gateways and the mail servers. What you "
                      "write without OTR is not protected by it.",
                      {who});
}

std::optional<std::string> tunnel_offered(const Contact& contact, const std::string& lang) {
    const std::string who = contact.address.addr_spec();
    if (contact.privacy.tunnel != Tunnel::on)
        return contact.privacy.tunnel_offered ? tunnel_status(contact, lang) : std::nullopt;
    if (contact.privacy.tunnel_offered) return tunnel_switched(contact, false, lang);
    return say(lang,
               "{1} has switched the OTR tunnel off: no OTR is passed on any more. To have OTR with me instead, write "
               "to me: otr {1} tunnel off",
               {who});
}

std::string tunnel_refused(const Contact& contact, const std::string& lang) {
    const std::string who = contact.address.addr_spec();
    if (contact.privacy.tunnel != Tunnel::on) {
        return say(lang,
                   "{1} has sent you a message by OTR that only your own program could read. It was not passed on, "
                   "because the OTR tunnel to {1} is off. To switch it on, write to me: otr {1} tunnel on. Then OTR "
                   "has to be started again.",
                   {who});
    }
    return say(lang,
               "A message by OTR that bears the name of {1} was not passed on: nothing has proven yet that they have "
               "the OTR tunnel on. An encrypted message of theirs would.",
               {who});
}

std::optional<std::string> tunnel_status(const Contact& contact, const std::string& lang) {
    const std::string who = contact.address.addr_spec();
    if (otr_message::stands(contact.privacy)) {
        return say(lang,
                   "OTR between you and {1} goes through me, from your program to theirs: I cannot read it. I see who "
                   "writes, when and how much, as the other gateway and the mail servers do.",
                   {who});
    }
    if (contact.privacy.tunnel == Tunnel::on) {
        return say(lang, "The OTR tunnel to {1} is on here, and not on their side: no OTR is passed on until it is.",
                   {who});
    }
    if (!contact.privacy.tunnel_offered) return std::nullopt;
    return say(lang,
               "{1} can speak OTR with you from program to program, so that no gateway can read it (the OTR tunnel). "
               "To switch it on, write to me: otr {1} tunnel on",
               {who});
}

std::string ends_elsewhere(const std::string& contact, const std::string& lang) {
    return say(lang,
               "The OTR tunnel to {1} is on: OTR does not end at me. Fingerprints and secrets are compared in your own "
               "program, with {1}.",
               {contact});
}

xmpp::otr::Sessions::Words bodies(const std::string& lang) {
    return {say(lang, "This conversation can be encrypted by OTR, which your program does not know."),
            say(lang, "Your message could not be read. Please send it again.")};
}

}  // namespace gateway::otr_messages
