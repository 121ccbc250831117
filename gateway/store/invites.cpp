// The operations on invites; see invites.h.

#include "gateway/store/invites.h"

#include <memory>
#include <utility>

#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::keys {

void handshakes(Store& store, AccountId account, const std::string& contact, Store::Done<Handshakes> done) {
    Transactions(store).ask([account, contact](Database& db) { return handshakes(db, account, contact); },
                            std::move(done));
}

void offer(Store& store, AccountId account, const coi::securejoin::Offer& added, std::size_t most,
           Store::Committed done) {
    Transactions(store).commit(
        [account, added, most](Database& db) {
            const auto known = offers(db, account);
            if (known.size() >= most) forget(db, account, known.back().invite);
            save(db, account, added);
        },
        std::move(done));
}

void join(Store& store, AccountId account, const coi::securejoin::Joining& joining, queue::Entry request,
          Store::Done<queue::Entry> done) {
    auto shared = std::make_shared<queue::Entry>(std::move(request));
    Transactions(store).commit(
        [account, joining, shared](Database& db) {
            save(db, account, joining);
            shared->id = queue::put(db, *shared);
        },
        [shared, done = std::move(done)](Store::Failure failure) { done(std::move(failure), std::move(*shared)); });
}

void end_invite(Store& store, AccountId account, const coi::securejoin::Invite& invite, Store::Done<bool> done) {
    Transactions(store).ask([account, invite](Database& db) { return forget(db, account, invite); }, std::move(done));
}

void end_offers(Store& store, AccountId account) {
    Transactions(store).later([account](Database& db) {
        for (const auto& known : offers(db, account)) forget(db, account, known.invite);
    });
}

void expire_invites(Store& store, std::chrono::sys_seconds now) {
    Transactions(store).later([now](Database& db) { expire_invites(db, now); });
}

}  // namespace gateway::keys
