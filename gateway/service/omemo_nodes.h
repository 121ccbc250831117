// What contacts' JIDs publish for OMEMO: the list with their one device, and the keys of that device.
//
// [XEP-0384 §4.2, §4.3] by personal eventing [XEP-0163]: answers requests for items, and announces the list to clients
// that want it. To each user the keys of their own account, which all contacts share; they are made when somebody first
// asks. The announcements wait for room on the socket.

#pragma once

#include <deque>
#include <string>

#include "gateway/accounts/clients.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/encryption/omemo.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "xmpp/stanza.h"

namespace gateway {

class OmemoNodes {
  public:
    OmemoNodes(const Directory& directory, RelayAccounts& relay_accounts, Omemo& omemo, JabberStream& stream,
               std::string component, Timer after)
        : directory_(directory),
          relay_accounts_(relay_accounts),
          omemo_(omemo),
          stream_(stream),
          component_(std::move(component)),
          after_(std::move(after)) {}

    /// Answers an iq of type get to a contact, now or later; false if it asks for something else. `user`: bare JID.
    bool take(const xmpp::Tag& iq, const std::string& user, const std::string& lang);
    /// The lists of all contacts, to a client that has just said that it wants them.
    void introduce(const std::string& client);
    /// The stream is down: whoever waits comes again.
    void offline() { waiting_.clear(); }

  private:
    struct News {
        std::string client, jid;
        xmpp::omemo::DeviceId device;
    };
    void tell_some();

    const Directory& directory_;
    RelayAccounts& relay_accounts_;
    Omemo& omemo_;
    JabberStream& stream_;
    std::string component_;
    Timer after_;
    std::deque<News> waiting_;
    bool is_pausing_ = false;
};

}  // namespace gateway
