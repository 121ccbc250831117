// An account's settings and its end, as forms [XEP-0004] and in words; gateway/service/registrar executes them.

#pragma once

#include <string>

#include "gateway/model/account.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway::account_forms {

xmpp::xep0004::Form settings(const Account&, const std::string& lang);
xmpp::xep0004::Form unlink(const std::string& lang);
/// The value of the field `take`, and back.
std::string print(IncomingFilter);
IncomingFilter take_named(const std::string& name);

/// Which mail comes, as a sentence.
std::string take_words(IncomingFilter, const std::string& lang);
/// The settings as a text. A relay account has no folder for copies.
std::string settings_words(IncomingFilter, bool sent_copy, bool relayed, const std::string& lang);

}  // namespace gateway::account_forms
