// The gateway's OTR identity for each account: read from the store, or made, when first needed.
//
// Making a key takes 50 to 160 ms, on a worker. Concurrent requests for one account share one identity.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "gateway/accounts/workers.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"
#include "xmpp/otr/identity.h"

namespace gateway {

class OtrIdentities : public std::enable_shared_from_this<OtrIdentities> {
  public:
    using Identity = std::shared_ptr<const xmpp::otr::Identity>;
    OtrIdentities(Store& store, Workers& workers) : store_(store), workers_(workers) {}
    /// Calls back with nullptr if the store failed.
    void with(AccountId, std::function<void(Identity)> done);

  private:
    void save(AccountId, const Identity&);
    void found(AccountId, Identity);

    Store& store_;
    Workers& workers_;
    std::map<AccountId, Identity> known_;
    std::map<AccountId, std::vector<std::function<void(Identity)>>> asked_;
};

}  // namespace gateway
