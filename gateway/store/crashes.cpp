// See crashes.h.

#include "gateway/store/crashes.h"

#include "gateway/store/sqlite/crashes.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::crashes {

std::map<std::string, int, std::less<>> count(Store& store, const InHand& in_hand, Time now, Time since) {
    std::map<std::string, int, std::less<>> times;
    Transactions(store).now([&](Database& db) {
        for (const auto& item : in_hand.items) count(db, item, now);
        for (const auto& [account, mail] : in_hand.mails) stuck_mails::stopped_at(db, account, mail);
        expire(db, since);
        times = all(db);
    });
    return times;
}

void forget(Store& store, const std::string& item) {
    Transactions(store).later([item](Database& db) { forget(db, item); });
}

}  // namespace gateway::crashes
