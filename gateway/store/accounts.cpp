// The operations on accounts; see accounts.h.

#include "gateway/store/accounts.h"

#include <algorithm>
#include <utility>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/stuck_mails.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::accounts {

std::vector<Account> next_page(Store& store, AccountId after) {
    std::vector<Account> accounts;
    Transactions(store).now([&](Database& db) { accounts = next_page(db, after); });
    return accounts;
}

void save(Store& store, const Account& account, std::vector<Cursor> start, Store::Done<AccountId> done) {
    Transactions(store).ask(
        [account, start = std::move(start)](Database& db) {
            const AccountId id = save(db, account);
            const auto known = start.empty() ? std::vector<Cursor>{} : cursors(db, id);
            for (const auto& cursor : start) {
                if (std::ranges::find(known, cursor.folder, &Cursor::folder) == known.end()) save(db, id, cursor);
            }
            return id;
        },
        std::move(done));
}

void save_later(Store& store, const Account& account) {
    Transactions(store).later([account](Database& db) { save(db, account); });
}

void park(Store& store, const Account& account, Store::Done<std::int64_t> done) {
    Transactions(store).ask(
        [account](Database& db) {
            const auto waiting = queue::count(db, account.id);
            save(db, account);
            return waiting;
        },
        std::move(done));
}

void remove(Store& store, AccountId account, bool anyway, Store::Done<bool> done) {
    Transactions(store).ask(
        [account, anyway](Database& db) {
            const bool may = anyway || !queue::owes_notice(db, account);
            if (may) remove(db, account);
            return may;
        },
        std::move(done));
}

void remove_if_unused(Store& store, AccountId account, Store::Done<bool> done) {
    Transactions(store).ask(
        [account](Database& db) {
            const bool is_unused = !queue::holds_any(db, account) && !ids::knows_any(db, account);
            if (is_unused) remove(db, account);
            return is_unused;
        },
        std::move(done));
}

void note_language(Store& store, AccountId account, const std::string& lang, Account::LanguageSource source) {
    Transactions(store).later([account, lang, source](Database& db) { note_language(db, account, lang, source); });
}

void note_name(Store& store, AccountId account, const std::string& name) {
    Transactions(store).later([account, name](Database& db) { note_name(db, account, name); });
}

void look_at(Store& store, std::vector<AccountId> accounts, Store::Done<std::vector<Condition>> done) {
    Transactions(store).ask(
        [accounts = std::move(accounts)](Database& db) {
            std::vector<Condition> found;
            for (const auto account : accounts) {
                Condition condition{
                    queue::count(db, account), count_contacts(db, account), stuck_mails::all(db, account), {}};
                for (auto& row : damaged::of(db, static_cast<std::int64_t>(account)))
                    condition.set_aside.push_back(std::move(row.what));
                found.push_back(std::move(condition));
            }
            return found;
        },
        std::move(done));
}

}  // namespace gateway::accounts
