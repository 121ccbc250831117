// See omemo_messages.h.

#include "gateway/encryption/omemo_messages.h"

#include "gateway/localization.h"
#include "xmpp/omemo/keys.h"

namespace gateway::omemo_messages {
namespace {

std::string mail_side(const std::string& contact, const policy::Answer& leaves, const std::string& lang) {
    if (leaves.way == policy::Way::encrypted)
        return say(lang, "From here to {1} your messages travel encrypted by OpenPGP.", {contact});
    if (leaves.way == policy::Way::clear)
        return say(lang, "From here to {1} they travel as readable mail, as you have allowed.", {contact});
    return say(lang, "What you write under OMEMO is not sent on as long as it could leave only as readable mail.");
}

}  // namespace

std::string started(const std::string& contact, const policy::Answer& leaves, const std::string& lang) {
    return say(lang,
               "OMEMO protects your conversation with {1} up to this gateway, which decrypts it: whoever runs it could "
               "read along.",
               {contact}) +
           " " + mail_side(contact, leaves, lang) + " " +
           say(lang, "To compare keys, write to the gateway: fingerprint {1}", {contact});
}

std::string held(const std::string& contact, const std::string& lang) {
    return say(lang,
               "A message from {1} waits: you have written with OMEMO, and none of your programs can get it that way "
               "now. Go online with a program that has OMEMO switched on. To get it without, write to the gateway: "
               "omemo {1} off",
               {contact});
}

std::string refused(const std::string& component, const std::string& lang) {
    return say(lang,
               "Your server does not show me which of your programs have OMEMO: let {1} see your presence, or let "
               "everybody read your OMEMO keys.",
               {component});
}

std::string file_left_out(const std::string& contact, const std::string& lang) {
    return say(lang,
               "A file from {1} is not shown: it was encrypted for OMEMO, which you have switched off here since, and "
               "none of your programs can get it that way now. Please ask {1} to send it again.",
               {contact});
}

std::string in_clear(const std::string& contact, const std::string& lang) {
    return say(lang,
               "Your last message to {1} reached this gateway without OMEMO. Messages to you still come with it. To go "
               "on without OMEMO, write to the gateway: omemo {1} off",
               {contact});
}

std::string otr_refused(const std::string& contact, const std::string& lang) {
    return say(
        lang,
        "OTR was not started with {1}: you use OMEMO there and have verified a program of yours, so nothing else "
        "ends it. To use OTR instead, first write to the gateway: omemo {1} off",
        {contact});
}

std::string kept_by_otr(const std::string& contact, const std::string& lang) {
    return say(lang,
               "This message was not sent: it came with OMEMO, and with {1} you speak OTR, which you have verified, so "
               "nothing else ends it. To use OMEMO instead, first write to the gateway: otr {1} off",
               {contact});
}

std::string not_for_us(const std::string& contact, const std::string& lang) {
    return say(lang,
               "This message was not sent: your program did not encrypt it for the key of {1}. Open the conversation "
               "again, trust the key that your program shows, and resend the message.",
               {contact});
}

std::string unreadable(const std::string& contact, const std::string& lang) {
    return say(lang,
               "This message to {1} was not sent: it is encrypted (OMEMO), and could not be read here. Please resend "
               "it: the encryption has been renewed.",
               {contact});
}

std::string untrusted(const keys::OmemoDevice& device, const std::string& lang) {
    return say(lang,
               "This message was not sent: it is from {1} of yours, which you do not trust. If it is yours, write to "
               "the gateway: omemo trust {2}",
               {name_of(device, lang), std::to_string(device.id)});
}

std::string news(OmemoDevices::News news, const keys::OmemoDevice& device, const std::string& lang) {
    const std::string who = name_of(device, lang), number = std::to_string(device.id);
    if (device.trust == keys::OmemoDevice::Trust::undecided) {
        return say(lang,
                   "A key of yours is new: {1}. Because you have verified another one, this one gets nothing until you "
                   "write to me: omemo trust {2}",
                   {who, number});
    }
    if (news == OmemoDevices::News::key) {
        return say(lang,
                   "The key of a program of yours has changed: {1}. If you did not do that, write to me: omemo "
                   "distrust {2}",
                   {who, number});
    }
    return say(lang,
               "Another program of yours reads along by OMEMO: {1}. If it is not yours, write to me: omemo "
               "distrust {2}",
               {who, number});
}

std::string placeholder(const std::string& lang) {
    return say(lang, "This message is encrypted with OMEMO. Your program cannot read it, or has OMEMO switched off.");
}

std::string name_of(const keys::OmemoDevice& device, const std::string& lang) {
    return say(lang, "device {1} ({2})",
               {std::to_string(device.id), xmpp::omemo::print_fingerprint(device.identity_key)});
}

}  // namespace gateway::omemo_messages
