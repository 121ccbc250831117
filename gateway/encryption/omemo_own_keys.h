// The gateway's OMEMO keys for each account: read from the store, or made, when first needed.
//
// One identity and one device for each account, shared by all its contacts, so that the user compares one fingerprint
// [XEP-0384 §4.1]. All work on keys is a worker's. Concurrent requests for one account share one value. Used prekeys
// are replaced, and the signed prekey is renewed, before somebody asks for the bundle again.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "gateway/accounts/workers.h"
#include "gateway/model/clock.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"
#include "xmpp/omemo/keys.h"

namespace gateway {

class OmemoOwnKeys : public std::enable_shared_from_this<OmemoOwnKeys> {
  public:
    using Keys = std::shared_ptr<const xmpp::omemo::OwnKeys>;
    OmemoOwnKeys(Store& store, Workers& workers, Clock now) : store_(store), workers_(workers), now_(std::move(now)) {}
    /// Calls back with nullptr if the store failed.
    void with(AccountId, std::function<void(Keys)> done);
    /// A message has used this prekey.
    void use(AccountId, std::uint32_t pre_key);
    void forget(AccountId id) { known_.erase(id); }

  private:
    struct Known {
        Keys keys;
        Time looked_after{};                // when it was last seen whether a key has to be renewed
        std::vector<std::uint32_t> used{};  // prekeys to be replaced
        bool is_being_changed = false;      // by a worker
    };
    void look_after(AccountId);
    void save(AccountId, const Keys&, std::function<void(bool saved)> done);
    void found(AccountId, const Keys&);

    Store& store_;
    Workers& workers_;
    Clock now_;
    std::map<AccountId, Known> known_;
    std::map<AccountId, std::vector<std::function<void(Keys)>>> asked_;
};

}  // namespace gateway
