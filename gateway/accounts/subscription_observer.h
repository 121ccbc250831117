// The interface for modules that follow whether users let the gateway see their presence.

#pragma once

#include <string>

namespace gateway {

class SubscriptionObserver {
  public:
    virtual ~SubscriptionObserver() = default;
    /// The user (bare JID) lets the gateway see their presence.
    virtual void granted(const std::string& jid) = 0;
    /// The user no longer lets the gateway see their presence.
    virtual void cancelled(const std::string& jid) = 0;
    /// The user unsubscribed from the gateway, or from the last contact.
    virtual void unsubscribed(const std::string& jid) = 0;
};

}  // namespace gateway
