// See member_keys.h.

#include "gateway/store/member_keys.h"

#include <utility>

#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::keys {

void of_members(Store& store, AccountId account, std::vector<std::string> contacts,
                Store::Done<std::vector<coi::autocrypt::Peer>> done) {
    Transactions(store).ask(
        [account, contacts = std::move(contacts)](Database& db) {
            std::vector<coi::autocrypt::Peer> all;
            for (const auto& contact : contacts) all.push_back(peer(db, account, contact));
            return all;
        },
        std::move(done));
}

}  // namespace gateway::keys
