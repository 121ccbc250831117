// The operations on OTR keys; see otr_keys.h.

#include "gateway/store/otr_keys.h"

#include <utility>

#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::keys {

void otr_identity(Store& store, AccountId account, Store::Done<coi::Secret> done) {
    Transactions(store).ask([account](Database& db) { return otr_identity(db, account); }, std::move(done));
}

void save_otr_identity(Store& store, AccountId account, const coi::Secret& identity, Store::Committed done) {
    Transactions(store).commit([account, identity](Database& db) { save_otr_identity(db, account, identity); },
                               std::move(done));
}

void otr_peers(Store& store, AccountId account, const std::string& contact, Store::Done<std::vector<OtrPeer>> done) {
    Transactions(store).ask([account, contact](Database& db) { return otr_peers(db, account, contact); },
                            std::move(done));
}

void note(Store& store, AccountId account, const std::string& contact, std::vector<OtrPeer> peers) {
    Transactions(store).later([account, contact, peers = std::move(peers)](Database& db) {
        for (const auto& peer : peers) save(db, account, contact, peer);
    });
}

}  // namespace gateway::keys
