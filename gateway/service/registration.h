// Linking and unlinking a mailbox from a Jabber client: by form, by ad-hoc command, or by chat message to the gateway.
//
// [XEP-0077] registration with a data form, [XEP-0100 §4], [XEP-0050] commands `link`, `unlink`, `status`, `help`, and
// the same words in a chat with the gateway's JID. This file has what they share: the calls, the fields, the form.
// gateway/service/registrar does the work; the protocols are in registration.cpp (XEP-0077), gateway/service/adhoc.cpp
// (XEP-0050) and gateway/service/chat_commands.cpp (messages).

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/transport/mailbox_check.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {

/// What the services need from the rest of the gateway; gateway/daemon/modules.cpp connects it, tests script it.
struct ServiceCalls {
    std::function<void(const xmpp::Tag&)> send;
    /// Checks the login (check_link) and calls back on the loop; a user has few attempts.
    std::function<void(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)>)> check;
    /// The account's state in the user's language: "Connected", "Password refused since 3 hours" …
    std::function<std::string(const Account&, const std::string& lang)> health;
    /// A mail from a linked mailbox to itself.
    std::function<void(const Account&, const std::string& subject, const std::string& text, std::function<void(bool)>)>
        mail_to;
    /// The relay account of a user, made if there is none yet; nullptr: it cannot be made now.
    std::function<void(const std::string& jid, const std::string& lang, std::function<void(const Account*)>)>
        relay_account{};
    std::function<void(const std::string& jid)> linked;
    /// `contacts`: the JIDs that the user had subscribed to.
    std::function<void(const std::string& jid, const std::vector<std::string>& contacts)> unlinked;
    /// The clock of the rate limits.
    std::function<std::chrono::steady_clock::time_point()> now = [] { return std::chrono::steady_clock::now(); };
};

struct ServiceSettings {
    std::string component;                      // the gateway's domain
    std::vector<std::string> register_domains;  // whose users may link a mailbox
    std::string relay_domain;                   // "" if there is no relay
};

/// What a user filled in to link a mailbox; as typed.
struct LinkForm {
    std::string email, password;
    std::string username;                                                // "" : the address
    std::string imap_server, imap_security, smtp_server, smtp_security;  // host:port, tls|starttls; "": discovered
    bool oauth = false;                                                  // the password is a token
    /// True: an empty field is empty. False: an empty field is taken from the linked mailbox (a change of password).
    bool complete = false;
};
/// From the fields of a form or from bare elements; unknown fields are ignored.
LinkForm link_form(const std::map<std::string, std::string>& fields, bool complete);
/// The form, filled with what is known of `account` (nullptr: nothing); never with a password.
xmpp::xep0004::Form print_link_form(const Account* account, const LinkForm* typed, const std::string& lang);

class Registrar;

/// [XEP-0077] get and set of jabber:iq:register to the gateway. Answers every iq exactly once; a set when its work is
/// done.
class Registration {
  public:
    explicit Registration(Registrar& registrar) : registrar_(registrar) {}
    void take(const xmpp::Tag& iq, const std::string& user);

  private:
    void offer(const xmpp::Tag& iq, const std::string& user);
    Registrar& registrar_;
};

}  // namespace gateway
