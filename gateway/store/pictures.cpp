// The operations on pictures; see pictures.h.

#include "gateway/store/pictures.h"

#include <utility>

#include "gateway/store/sqlite/pictures.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::pictures {

void read(Store& store, AccountId account, const std::string& contact, Store::Done<std::optional<Picture>> done) {
    Transactions(store).read([account, contact](Database& db) { return read(db, account, contact); }, std::move(done));
}

void save(Store& store, AccountId account, const std::string& contact, std::shared_ptr<const Picture> picture) {
    Transactions(store).later([account, contact, picture = std::move(picture)](Database& db) {
        picture ? save(db, account, contact, *picture) : remove(db, account, contact);
    });
}

}  // namespace gateway::pictures
