// The operations on OMEMO keys; see omemo_keys.h.

#include "gateway/store/omemo_keys.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::keys {
namespace {

constexpr std::size_t most_devices = 200;  // whose states are known; of more, the oldest are forgotten

}  // namespace

OmemoChange in_order(OmemoChange change) {
    if (!change.given) return change;
    OmemoGiven& given = *change.given;
    std::erase_if(change.sessions, [&given](const OmemoSession& each) {
        std::uint64_t& latest = given[each.device];
        if (each.state < latest) return true;
        latest = each.state;
        return false;
    });
    while (given.size() > most_devices)
        given.erase(std::ranges::min_element(given, {}, [](const auto& each) { return each.second; }));
    return change;
}

void omemo_own(Store& store, AccountId account, Store::Done<coi::Secret> done) {
    Transactions(store).ask([account](Database& db) { return omemo_own(db, account); }, std::move(done));
}

void omemo_devices(Store& store, AccountId account, Store::Done<std::vector<OmemoDevice>> done) {
    Transactions(store).ask([account](Database& db) { return omemo_devices(db, account); }, std::move(done));
}

void omemo_sessions(Store& store, AccountId account, const std::string& contact,
                    Store::Done<std::vector<OmemoSession>> done) {
    Transactions(store).ask([account, contact](Database& db) { return omemo_sessions(db, account, contact); },
                            std::move(done));
}

void save(Store& store, OmemoChange change, Store::Committed done) {
    const auto shared = std::make_shared<const OmemoChange>(in_order(std::move(change)));
    Transactions(store).commit([shared](Database& db) { save(db, *shared); }, std::move(done));
}

void forget_omemo_device(Store& store, AccountId account, std::uint32_t device, Store::Committed done) {
    Transactions(store).commit([account, device](Database& db) { forget_omemo_device(db, account, device); },
                               std::move(done));
}

}  // namespace gateway::keys
