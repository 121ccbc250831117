// Accounts: Jabber users, and how they get mail.
//
// The rows are in gateway/store/sqlite/accounts; the login of a linked mailbox is sealed.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/stuck_mail.h"
#include "gateway/store/store.h"

namespace gateway::accounts {

/// The next accounts by number, also those whose row or login does not match its seal (Account::damaged, login_lost);
/// none: that were all. For start-up: waits for the store.
std::vector<Account> next_page(Store&, AccountId after);
/// Inserts (id 0) or replaces. There is one account per (jid, kind). Reading of its mailbox starts at `start`, except
/// in folders that have a cursor. `done` gets the id.
void save(Store&, const Account&, std::vector<Cursor> start, Store::Done<AccountId> done);
/// Writes an account that is known, with the next commit.
void save_later(Store&, const Account&);
/// Saves an account that is parked now. `done` gets the number of its waiting messages.
void park(Store&, const Account&, Store::Done<std::int64_t> done);
/// Removes the account and all that is stored of it: contacts, cursors, queue entries, ids.
/// `done` gets false if it was not removed because a sender must still be told (queue::owing_notice); with `anyway` it
/// is removed all the same.
void remove(Store&, AccountId, bool anyway, Store::Done<bool> done);
/// Removes it if no message waits and none is known. `done` gets whether it was removed.
void remove_if_unused(Store&, AccountId, Store::Done<bool> done);
/// Updates only the language that the account's user last used, with the next commit.
void note_language(Store&, AccountId, const std::string& lang, Account::LanguageSource);
/// Updates only the account's display name, with the next commit.
void note_name(Store&, AccountId, const std::string& name);

/// What the administrator sees of an account beside its row.
struct Condition {
    std::int64_t waiting = 0;  // entries of the queue
    std::int64_t contacts = 0;
    std::vector<Stuck> stuck;            // mails that could not be read
    std::vector<std::string> set_aside;  // rows that do not match their seal, oldest first
};
void look_at(Store&, std::vector<AccountId>, Store::Done<std::vector<Condition>> done);

}  // namespace gateway::accounts
