// Linking and unlinking a mailbox from a Jabber client: by form, by command, or by plain words to the gateway.
//
// [XEP-0077] registration with a data form, [XEP-0100 §4], [XEP-0050] commands `link`, `unlink`, `status`, `help`, and
// the same words in a chat with the gateway's own JID. This file is what they share: the calls, the fields, the form;
// what is done with them stands in gateway/service/registrar, the wire forms in registration.cpp (XEP-0077),
// gateway/service/adhoc.cpp (XEP-0050) and gateway/service/chat_commands.cpp (messages).

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

/// What the services to Jabber users need of the rest of the gateway; gateway/daemon/gateway.cpp gives it, tests script
/// it.
struct ServiceCalls {
    std::function<void(const xmpp::Tag&)> send;
    /// Checks the login (check_link) and calls back on the loop; few attempts per user are let through.
    std::function<void(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)>)> check;
    /// How the account is doing, in the user's language: "Connected", "Password refused since 3 hours" …
    std::function<std::string(const Account&, const std::string& lang)> health;
    /// A mail from a linked mailbox to itself.
    std::function<void(const Account&, const std::string& subject, const std::string& text, std::function<void(bool)>)>
        mail_to;
    /// The account of a user of the relay, made if there is none yet; nullptr: there can't be one now.
    std::function<void(const std::string& jid, const std::string& lang, std::function<void(const Account*)>)>
        relay_account{};
    std::function<void(const std::string& jid)> linked;
    /// `contacts`: the JIDs of those the user had subscribed to.
    std::function<void(const std::string& jid, const std::vector<std::string>& contacts)> unlinked;
    /// The clock that attempts are counted by.
    std::function<std::chrono::steady_clock::time_point()> now = [] { return std::chrono::steady_clock::now(); };
};

struct ServiceSettings {
    std::string component;                      // our domain
    std::vector<std::string> register_domains;  // whose users may link a mailbox
    std::string relay_domain;                   // "" if there is no relay
};

/// What a user fills in to link a mailbox; as typed.
struct LinkForm {
    std::string email, password;
    std::string username;                                                // "" : the address
    std::string imap_server, imap_security, smtp_server, smtp_security;  // host:port, tls|starttls; "" : found out
    bool oauth = false;                                                  // the password is a token
    /// True: empty means empty. False: what is empty is taken from the mailbox that is linked (a change of password).
    bool complete = false;
};
/// From the fields of a form or of bare elements; unknown ones are ignored.
LinkForm link_form(const std::map<std::string, std::string>& fields, bool complete);
/// The form to fill in, with what is known of `account` (nullptr: nothing); never with a password.
xmpp::xep0004::Form print_link_form(const Account* account, const LinkForm* typed, const std::string& lang);

class Registrar;

/// [XEP-0077] gets and sets of jabber:iq:register to the gateway. Answers every iq exactly once, a set when its work is
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
