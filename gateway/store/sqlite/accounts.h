// Accounts on disk; the login of a linked mailbox is sealed.

#pragma once

#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::accounts {

/// Inserts (id 0) or replaces; returns the id. There is one account per (jid, kind).
AccountId save(Database&, const Account&);
/// The next accounts by number, also those whose row or login does not match its seal (Account::damaged, login_lost).
std::vector<Account> next_page(Database&, AccountId after, std::size_t most = 1000);
/// All of them.
std::vector<Account> all(Database&);
/// Updates only the language that the account's user last used.
void note_language(Database&, AccountId, const std::string& lang, Account::LanguageSource);
/// Updates only the account's display name.
void note_name(Database&, AccountId, const std::string& name);
/// Removes the account and all that is stored of it: contacts, cursors, queue entries, ids.
void remove(Database&, AccountId);

/// Seals all accounts with the current key.
void seal_anew(Database&, Sealed before);

}  // namespace gateway::accounts
