// Where an entry of the queue goes when it is committed: the scheduler of its direction.
//
// For the loop's thread.

#pragma once

#include <string>

#include "gateway/store/queue.h"

namespace gateway::queue {

class Outlet {
  public:
    virtual ~Outlet() = default;
    /// A committed entry waits to be sent.
    virtual void committed(Entry) = 0;
    /// Takes a waiting entry back. False if it may be on its way already.
    virtual bool withdraw(const Entry&) = 0;
    /// Whether an entry waits, and nobody else can have it yet. False if that is not known for sure.
    virtual bool is_kept(const Entry&) const = 0;
    /// What waits in this conversation is due now.
    virtual void unblock(AccountId, const std::string& contact) = 0;
};

}  // namespace gateway::queue
