// A stanza of ours that comes back as an error after the Jabber server had taken it: the author of its mail hears of
// it.
//
// [RFC 6121 §8.5] servers may find out late that nobody takes a message. What was proven of the author when the mail
// came stands in the id map; to anybody else there goes no word (backscatter), nor a second one. Errors that a client
// sends (from its full JID) are its own business and are only logged.

#pragma once

#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/model/clock.h"
#include "gateway/store/outlet.h"
#include "gateway/task.h"
#include "xmpp/stanza.h"

namespace gateway {

class LateError {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        queue::Outlet& to_mail;
        Clock now;
    };
    /// `relay_domain`: whose mailer-daemon writes; "" writes nothing.
    LateError(Modules, std::string relay_domain);
    /// A <message type='error'/> that is no verdict on a delivery under way.
    void take(const xmpp::Tag& error);

  private:
    Task<> tell_author(AccountId, std::string contact, StanzaId, coi::Error);

    Modules modules_;
    std::string relay_domain_;
    std::size_t came_back_ = 0;
};

}  // namespace gateway
