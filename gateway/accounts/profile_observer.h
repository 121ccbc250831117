// The interface for the module that shows the presence of contacts, in which some of their profile stands.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

class ProfileObserver {
  public:
    virtual ~ProfileObserver() = default;
    /// A contact has another picture or status.
    virtual void profile_changed(const Contact&) = 0;
};

}  // namespace gateway
