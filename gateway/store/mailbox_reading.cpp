// See mailbox_reading.h.

#include "gateway/store/mailbox_reading.h"

#include <utility>

#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::mailbox_reading {

void load(Store& store, AccountId account, Store::Done<State> done) {
    Transactions(store).ask(
        [account](Database& db) {
            return State{accounts::cursors(db, account), stuck_mails::all(db, account),
                         mail_places::any_to_mark(db, account)};
        },
        std::move(done));
}

void passed(Store& store, AccountId account, const Cursor& cursor) {
    Transactions(store).later([account, cursor](Database& db) { accounts::save(db, account, cursor); });
}

void moved(Store& store, AccountId account, const Cursor& cursor) {
    Transactions(store).commit(
        [account, cursor](Database& db) {
            accounts::save(db, account, cursor);
            stuck_mails::renumbered(db, account, cursor.folder, cursor.uid_validity);
            mail_places::renumbered(db, account, cursor.folder, cursor.uid_validity);
        },
        {});
}

void keep(Store& store, AccountId account, const Stuck& stuck) {
    Transactions(store).commit([account, stuck](Database& db) { stuck_mails::save(db, account, stuck); }, {});
}

void forget(Store& store, AccountId account, const Stuck& stuck) {
    Transactions(store).later([account, stuck](Database& db) { stuck_mails::forget(db, account, stuck); });
}

void try_again(Store& store, AccountId account) {
    Transactions(store).commit([account](Database& db) { stuck_mails::try_again(db, account); }, {});
}

}  // namespace gateway::mailbox_reading
