// The names of contacts and of the gateway as events, for clients that take names from these and from the roster only.
//
// [XEP-0172 §4.3], [XEP-0163 §4.3.4]: all names when a client is first heard of, later those that change. Gajim keeps
// them.

#pragma once

#include <string>

#include "coi/mail/address.h"
#include "gateway/accounts/clients.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/roster_names.h"
#include "gateway/model/jabber_stream.h"

namespace gateway {

class ContactNames {
  public:
    ContactNames(const Directory& directory, const Clients& clients, RosterNames& roster, JabberStream& stream,
                 std::string component)
        : directory_(directory),
          clients_(clients),
          roster_(roster),
          stream_(stream),
          component_(std::move(component)) {}

    /// The names of the gateway and of all contacts, to a client that has just said that it wants them.
    void introduce(const std::string& client);
    /// The user writes to, or asks for the presence of, this JID (bare).
    void met(const std::string& user, const std::string& jid, const coi::Address&);
    /// The contact is new, or has another name.
    void changed(const Contact&);

  private:
    const Directory& directory_;
    const Clients& clients_;
    RosterNames& roster_;
    JabberStream& stream_;
    std::string component_;
};

}  // namespace gateway
