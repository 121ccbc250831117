// Names in the users' own contact lists, where their server lets the gateway write there [XEP-0356 §4].
//
// Dino and other clients show these names only. Of a list only the gateway's own contacts are looked at; a name that
// the user has given stays, and nobody is added or removed.

#pragma once

#include <set>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/stanza_sender.h"
#include "xmpp/roster.h"

namespace gateway {

class RosterNames {
  public:
    RosterNames(const Directory& directory, StanzaSender& stream, std::string component)
        : directory_(directory), stream_(stream), component_(std::move(component)) {}

    /// A server says what the gateway may do; false if the message is something else.
    bool take_grant(const xmpp::Tag& message);
    /// The stream is down: it will be said again.
    void offline();
    /// Contacts of this user (bare JID) may be new, or have another name.
    void update(const std::string& user);
    bool take_answer(const xmpp::Tag& iq);

  private:
    std::string wanted(const std::string& user, const xmpp::roster::Item&) const;

    const Directory& directory_;
    StanzaSender& stream_;
    std::string component_;
    std::set<std::string> servers_, asked_;  // that let us; users whose list was asked for
    RateLimit updates_{10, std::chrono::minutes(1)};
};

}  // namespace gateway
