// An account's settings and its end, as forms [XEP-0004] and in words; gateway/service/registrar executes them.

#pragma once

#include <map>
#include <string>

#include "gateway/model/account.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway::account_forms {

/// What users choose about their mail.
struct MailSettings {
    IncomingFilter take = IncomingFilter::contacts;
    bool sent_copy = true, marks_read = false;  // of mailboxes
};
MailSettings settings_of(const Account&);

xmpp::xep0004::Form settings(const Account&, const std::string& lang);
/// Reads what was filled in; what was not stays.
void take(MailSettings&, const std::map<std::string, std::string>& values);
/// How the mail server files chats.
xmpp::xep0004::Form chat_folder(const std::string& lang);
xmpp::xep0004::Form unlink(const std::string& lang);
/// The value of the field `take`, and back.
std::string print(IncomingFilter);
IncomingFilter take_named(const std::string& name);

/// Which mail comes, as a sentence.
std::string take_words(IncomingFilter, const std::string& lang);
/// The settings as a text. A relay account has no mailbox.
std::string settings_words(const MailSettings&, bool relayed, const std::string& lang);

}  // namespace gateway::account_forms
