// The interface for modules that follow who links a mailbox, and who leaves the gateway.

#pragma once

#include <string>
#include <vector>

namespace gateway {

class LinkObserver {
  public:
    virtual ~LinkObserver() = default;
    /// The user (bare JID) has linked a mailbox.
    virtual void linked(const std::string& jid) = 0;
    /// Everything stored of the user was deleted. `contacts`: the JIDs that they had subscribed to.
    virtual void unlinked(const std::string& jid, const std::vector<std::string>& contacts) = 0;
};

}  // namespace gateway
