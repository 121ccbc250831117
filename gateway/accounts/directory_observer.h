// The interface for modules that follow the accounts of the directory: called after each change.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

class DirectoryObserver {
  public:
    virtual ~DirectoryObserver() = default;
    /// The account was added, changed, or parked.
    virtual void account_saved(const Account&) = 0;
    /// The account, and everything stored of it, was deleted.
    virtual void account_removed(const Account&) = 0;
};

}  // namespace gateway
