// See refusal.h.

#include "gateway/pipeline/refusal.h"

#include <algorithm>

#include "gateway/localization.h"
#include "gateway/translate/translate.h"
#include "xmpp/jid.h"

namespace gateway {

Refusal Refusal::busy(const std::string& lang) {
    return {"wait", "resource-constraint",
            say(lang, "The gateway cannot take messages right now. Please try again later.")};
}

Refusal Refusal::queue_full(const std::string& lang) {
    return {"wait", "resource-constraint",
            say(lang, "Too many of your messages still wait to be delivered. Please try again later.")};
}

Refusal Refusal::no_address(const std::string& component, const std::string& lang) {
    return {"modify", "jid-malformed",
            say(lang, "This is not a mail address. A contact is written like bob\\40example.org@{1}.", {component})};
}

Refusal Refusal::unreadable(const xmpp::Tag& message, const std::string& lang) {
    if (xmpp::attribute(message, "type") == "groupchat")
        return {"cancel", "service-unavailable", say(lang, "Group chats are not carried to mail yet.")};
    if (is_end_to_end_encrypted(message)) {
        return {"cancel", "not-acceptable",
                say(lang,
                    "Your client encrypted this message with a method that cannot reach mail. It was not sent. "
                    "Please switch "
                    "encryption off for this contact and send it again.")};
    }
    return {"cancel", "feature-not-implemented",
            say(lang, "Mail has no way to carry this, and it was not sent. Text reaches everybody.")};
}

Refusal Refusal::not_known(const std::string& lang) {
    return {"cancel", "item-not-found",
            say(lang, "The message that this is about is not known here, or no longer. Nothing was sent.")};
}

Refusal Refusal::blocked(const std::string& contact, const std::string& component, const std::string& lang) {
    return {"cancel", "not-acceptable",
            say(lang, "You have blocked {1}, so your message was not sent. To unblock them, write to {2}: unblock {1}",
                {contact, component}),
            true};
}

Refusal Refusal::unregistered(const std::string& server, const std::vector<std::string>& register_domains,
                              const std::string& component, const std::string& lang) {
    const auto is_theirs = [&](const std::string& domain) { return xmpp::JID(domain).server() == server; };
    if (std::ranges::none_of(register_domains, is_theirs)) {
        return {"cancel", "not-allowed",
                say(lang, "This gateway is not for users of your server, so your message was not sent.")};
    }
    return {"auth", "registration-required",
            say(lang, "Please link your mailbox first: write “link” to {1} or register with it.", {component})};
}

Refusal Refusal::not_closed(const EncryptResult& letter, const std::string& contact, const std::string& lang) {
    if (letter.refusal != policy::Refusal::none) {
        const bool soon = letter.refusal == policy::Refusal::not_looked_yet;
        return {soon ? "wait" : "modify", soon ? "resource-constraint" : "not-acceptable",
                policy::words(letter.refusal, contact, lang)};
    }
    if (letter.error && !letter.error->permanent) return busy(lang);
    if (letter.error && letter.error->kind == coi::ErrorKind::refused) {
        return {"modify", "not-acceptable",
                say(lang,
                    "This message was not sent: the key of {1} can no longer be used (it has expired or was "
                    "revoked). Ask them to write to you, which brings their new key.",
                    {contact})};
    }
    return {"modify", "not-acceptable", say(lang, "This message cannot be written as a mail.")};
}

}  // namespace gateway
