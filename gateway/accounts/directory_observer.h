// The interfaces for modules that follow the accounts of the directory: DirectoryObserver is called after each change,
// WaitingSenders before an account is removed.

#pragma once

#include <functional>

#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway {

class DirectoryObserver {
  public:
    virtual ~DirectoryObserver() = default;
    /// The account was added, changed, or parked.
    virtual void account_saved(const Account&) = 0;
    /// The account, and everything stored of it, was deleted.
    virtual void account_removed(const Account&) = 0;
};

/// The senders of mail that was accepted for an account and is not delivered yet.
class WaitingSenders {
  public:
    virtual ~WaitingSenders() = default;
    /// The account is being removed: ends the entries that queue::owes_notice() is about, each in one commit with the
    /// notice to its sender.
    virtual void give_back(const Account&, std::function<void(Store::Failure)> done) = 0;
};

}  // namespace gateway
