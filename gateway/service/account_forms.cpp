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

MailSettings settings_of(const Account& account) { return {account.take, account.sent_copy, account.marks_read}; }

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
        form.fields.push_back({"marks_read", "boolean",
                               say(lang, "Mark mail in the mailbox as read when I have read it here"),
                               account.marks_read ? "1" : "0"});
    }
    return form;
}

void take(MailSettings& settings, const std::map<std::string, std::string>& values) {
    for (const auto& [name, value] : values) {
        if (name == "take") settings.take = take_named(value);
        if (name == "sent_copy") settings.sent_copy = xmpp::xep0004::is_true(value);
        if (name == "marks_read") settings.marks_read = xmpp::xep0004::is_true(value);
    }
}

/// Nothing is chosen before: what holds is known to the mail server only.
xmpp::xep0004::Form chat_folder(const std::string& lang) {
    xmpp::xep0004::Form form;
    form.title = say(lang, "Folder of chats");
    form.instructions = say(
        lang,
        "A COI server files the chats of your mailbox by itself, so that they do not stand between your other mail. "
        "Your mail programs see that; what you read here does not depend on it.");
    xmpp::xep0004::Field filter{"filter", "list-single", say(lang, "Chats are filed"), ""};
    filter.options = {{say(lang, "Only tell me how it is now"), ""},
                      {say(lang, "Not: they stay in the inbox, and are marked"), "none"},
                      {say(lang, "In a folder of their own, as they arrive"), "active"},
                      {say(lang, "In a folder of their own, once they were read"), "seen"},
                      {say(lang, "COI is switched off"), "off"}};
    form.fields.push_back(std::move(filter));
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

std::string settings_words(const MailSettings& settings, bool relayed, const std::string& lang) {
    const std::string words = take_words(settings.take, lang);
    if (relayed) return words;
    return words + "\n" +
           (settings.sent_copy ? say(lang, "A copy of what you write is kept in your mailbox's Sent folder.")
                               : say(lang, "No copy of what you write is kept in your mailbox's Sent folder.")) +
           "\n" +
           (settings.marks_read ? say(lang, "What you have read here is marked as read in your mailbox.")
                                : say(lang, "Nothing is marked as read in your mailbox."));
}

}  // namespace gateway::account_forms
