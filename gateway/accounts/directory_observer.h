// Who follows the accounts of the directory: told after each change.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

class DirectoryObserver {
  public:
    virtual ~DirectoryObserver() = default;
    /// The account was added, changed, or parked.
    virtual void account_saved(const Account&) = 0;
    /// The account, and all that was stored of it, is deleted.
    virtual void account_removed(const Account&) = 0;
};

}  // namespace gateway
