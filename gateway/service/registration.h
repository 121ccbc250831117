// Linking and unlinking a mailbox from a Jabber client: by form, by ad-hoc command, or by chat message to the gateway.
//
// [XEP-0077] registration with a data form, [XEP-0100 §4], [XEP-0050] commands `link`, `unlink`, `status`, `help`, and
// the same words in a chat with the gateway's JID. This file has what they share: the settings, the fields, the form.
// gateway/service/registrar does the work; the protocols are in registration.cpp (XEP-0077), gateway/service/adhoc.cpp
// (XEP-0050) and gateway/service/chat_commands.cpp (messages).

#pragma once

#include <map>
#include <string>
#include <vector>

#include "gateway/accounts/clients.h"
#include "gateway/accounts/directory.h"
#include "gateway/model/stanza_sender.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {

struct ServiceSettings {
    std::string component;                      // the gateway's domain
    std::vector<std::string> register_domains;  // whose users may link a mailbox
    std::string relay_domain;                   // "" if there is no relay
    std::chrono::hours retention{120};          // how long a message waits at most
    std::chrono::hours files_expire{0};         // how long a file lies on the gateway's own store; 0: there is none
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
    Registration(Registrar& registrar, const Clients& clients, StanzaSender& sender)
        : registrar_(registrar), clients_(clients), sender_(sender) {}
    void take(const xmpp::Tag& iq, const std::string& user);

  private:
    void offer(const xmpp::Tag& iq, const std::string& user);
    Registrar& registrar_;
    const Clients& clients_;
    StanzaSender& sender_;
};

}  // namespace gateway
