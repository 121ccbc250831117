// The operations on contacts; see contacts.h.

#include "gateway/store/contacts.h"

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/spellings.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::accounts {

ContactPage next_page(Store& store, const ContactPage& before) {
    ContactPage page;
    Transactions(store).now([&](Database& db) { page = next_page(db, before); });
    return page;
}

std::vector<std::pair<AccountId, std::string>> once_encrypted(Store& store) {
    std::vector<std::pair<AccountId, std::string>> marks;
    Transactions(store).now([&](Database& db) { marks = once_encrypted::all(db); });
    return marks;
}

void save(Store& store, const Contact& contact, Changed changed, bool is_spelled_anew) {
    Transactions(store).later([contact, changed, is_spelled_anew](Database& db) {
        const bool is_done = changed == Changed::nothing || (changed == Changed::last && save_last(db, contact));
        if (!is_done) save(db, contact);
        if (is_spelled_anew) spellings::save(db, contact.account, contact.canonical, contact.spellings);
    });
}

void forget(Store& store, AccountId account, const std::string& canonical) {
    Transactions(store).later([account, canonical](Database& db) {
        remove(db, account, canonical);
        spellings::save(db, account, canonical, {});
    });
}

void note_once_encrypted(Store& store, AccountId account, const std::string& canonical, const std::string& over) {
    Transactions(store).later(
        [account, canonical, over](Database& db) { once_encrypted::note(db, account, canonical, over); });
}

}  // namespace gateway::accounts
