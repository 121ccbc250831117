// The interface for the module that shows the presence of contacts, in which some of their profile stands, and none of
// those who are blocked.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

class ProfileObserver {
  public:
    virtual ~ProfileObserver() = default;
    /// A contact has another picture or status, or was blocked or unblocked.
    virtual void profile_changed(const Contact&) = 0;
};

}  // namespace gateway
