// The operations on contacts; see contacts.h.

#include "gateway/store/contacts.h"

#include <utility>

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/once_encrypted.h"
#include "gateway/store/sqlite/profiles.h"
#include "gateway/store/sqlite/spellings.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::accounts {

void contacts_of(Store& store, AccountId account, Store::Done<AccountContacts> done) {
    Transactions(store).read([account](Database& db) { return contacts_of(db, account); }, std::move(done));
}

void contacts_of(Store& store, std::vector<AccountId> accounts, std::size_t most,
                 Store::Done<std::vector<AccountContacts>> done) {
    Transactions(store).read(
        [accounts = std::move(accounts), most](Database& db) {
            std::vector<AccountContacts> all;
            std::size_t count = 0;
            for (auto at = accounts.begin(); at != accounts.end() && count < most; ++at) {
                all.push_back(contacts_of(db, *at));
                count += all.back().contacts.size();
            }
            return all;
        },
        std::move(done));
}

AccountContacts contacts_now(Store& store, AccountId account) {
    AccountContacts read;
    const auto work = [&](Database& db) { read = contacts_of(db, account); };
    try {
        Transactions(store).read_now(work);
    } catch (const StoreError&) {  // perhaps of a commit that it shared with writes, which failed
        Transactions(store).read_now(work);
    }
    return read;
}

void save(Store& store, const Contact& contact, Changes changes) {
    Transactions(store).later([contact, changes](Database& db) {
        const bool is_done =
            changes.row == Changed::nothing || (changes.row == Changed::last && save_last(db, contact));
        if (!is_done) save(db, contact);
        if (changes.spellings) spellings::save(db, contact.account, contact.canonical, contact.spellings);
        if (changes.profile) profiles::save(db, contact.account, contact.canonical, contact.profile);
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
