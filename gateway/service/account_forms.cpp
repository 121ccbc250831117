// See account_forms.h.

#include "gateway/service/account_forms.h"

#include "gateway/localization.h"

namespace gateway::account_forms {

std::string print(IncomingFilter take) {
    return take == IncomingFilter::chats ? "chats" : take == IncomingFilter::all ? "all" : "contacts";
}

IncomingFilter take_named(const std::string& name) {
    return name == "chats" ? IncomingFilter::chats : name == "all" ? IncomingFilter::all : IncomingFilter::contacts;
}

xmpp::xep0004::Form settings(const Account& account, const std::string& lang) {
    xmpp::xep0004::Form form;
    form.title = say(lang, "Settings");
    xmpp::xep0004::Field take{"take", "list-single", say(lang, "Mail that you receive here"), print(account.take)};
    take.options = {{say(lang, "Chat messages and answers to yours"), "chats"},
                    {say(lang, "Also mail from your contacts"), "contacts"},
                    {say(lang, "All mail that a person wrote to you"), "all"}};
    form.fields.push_back(std::move(take));
    if (account.kind == Account::Kind::mailbox) {
        form.fields.push_back({"sent_copy", "boolean",
                               say(lang, "Keep a copy of what you write in the mailbox's Sent folder"),
                               account.sent_copy ? "1" : "0"});
    }
    return form;
}

xmpp::xep0004::Form unlink(const std::string& lang) {
    xmpp::xep0004::Form form;
    form.title = say(lang, "Unlink the mailbox");
    form.instructions =
        say(lang, "Everything that the gateway has stored of you is deleted. Your mailbox itself stays as it is.");
    return form;
}

std::string take_words(IncomingFilter take, const std::string& lang) {
    switch (take) {
        case IncomingFilter::chats:
            return say(lang, "You receive chat messages and answers to yours.");
        case IncomingFilter::contacts:
            return say(lang, "You receive chat messages, answers to yours, and mail from your contacts.");
        case IncomingFilter::all:
            break;
    }
    return say(lang, "You receive all mail that a person wrote to you.");
}

std::string settings_words(IncomingFilter take, bool sent_copy, bool relayed, const std::string& lang) {
    const std::string words = take_words(take, lang);
    if (relayed) return words;
    return words + "\n" +
           (sent_copy ? say(lang, "A copy of what you write is kept in your mailbox's Sent folder.")
                      : say(lang, "No copy of what you write is kept in your mailbox's Sent folder."));
}

}  // namespace gateway::account_forms
