// See help.h.

#include "gateway/service/help.h"

#include "gateway/localization.h"

namespace gateway::help {

std::string commands(const Registrar& registrar, const std::string& jid, const std::string& lang) {
    std::string words = say(lang,
                            "I carry messages between you and everybody who has a mail address. To write to "
                            "bob@example.org, start a chat with:");
    const auto line = [&](const std::string& text) { words += "\n" + text; };
    line("bob\\40example.org@" + registrar.settings().component);
    line(say(lang, "To me you can write: contact ADDRESS – the same for any address, as a link"));
    if (registrar.may_link(jid) && !registrar.mailbox(jid)) line(say(lang, "link – how to link your own mailbox"));
    if (registrar.mailbox(jid)) {
        line(say(lang, "status – how your mailbox is doing; history CONTACT – your last messages with them"));
        line(say(lang,
                 "mail read on – what you read here is read there, too; coi – where chats lie there; unlink – unlinks "
                 "it, and deletes everything stored of you"));
    }
    if (!registrar.may_link(jid) && !registrar.mailbox(jid))
        line(say(lang, "status – the address at which mail users reach you"));
    const bool has_mail = registrar.directory().of_user(jid) != nullptr || !registrar.may_link(jid);
    if (has_mail)
        line(
            say(lang,
                "mail chats, mail contacts, mail all – which mail you receive here; block ADDRESS – whose you do not"));
    if (has_mail)
        line(say(
            lang,
            "invite – a link by which a Delta Chat user connects with you; an invite of theirs you just paste here"));
    line(say(lang, "help encryption – keys, and how your conversations are protected"));
    return words;
}

std::string encryption(const Registrar& registrar, const std::string& jid, const std::string& lang) {
    std::string words = say(lang, "status CONTACT – how your conversation with them is protected");
    const auto line = [&](const std::string& text) { words += "\n" + text; };
    line(say(lang, "fingerprint CONTACT – your keys and theirs, to compare"));
    if (registrar.mailbox(jid)) line(say(lang, "fingerprint mail – my keys, by mail to your linked mailbox"));
    line(say(
        lang,
        "policy CONTACT require, prefer, off or inherit – whether mail to them is encrypted; without CONTACT for all"));
    line(say(lang, "accept CONTACT – shows another key that came in a contact's name, and how to use it"));
    line(say(lang, "otr CONTACT encrypted, clear or off – what may become of OTR messages"));
    line(say(lang, "omemo CONTACT encrypted, clear or off – the same for OMEMO; omemo devices – your programs"));
    line(say(lang, "verify CONTACT SECRET – lets your OTR client verify me"));
    line(say(lang, "key export, key import, key replace – your own key for mail"));
    return words;
}

std::string losses(const Registrar& registrar, const std::string& jid, const std::string& lang) {
    const Account* account = registrar.directory().of_user(jid);
    if (!account) account = registrar.directory().at_rest(jid, Account::Kind::mailbox);
    if (!account) return {};
    const std::string address = account->address.addr_spec();
    const std::string words =
        account->kind == Account::Kind::mailbox
            ? say(lang,
                  "This unlinks {1} and deletes your key for mail: without a copy of it (key export) nobody can read "
                  "what was encrypted to it and is still on its way.",
                  {address})
            : say(lang,
                  "This deletes your key for mail: without a copy of it (key export) nobody can read what was "
                  "encrypted "
                  "to it and is still on its way.");
    const std::string more =
        say(lang, "Your contacts at this gateway, their keys, and messages that wait are deleted, too.");
    const std::string stays =
        account->kind == Account::Kind::mailbox ? " " + say(lang, "Mail in your mailbox stays.") : "";
    return words + "\n" + more + stays;
}

}  // namespace gateway::help
