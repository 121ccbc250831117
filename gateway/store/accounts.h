// Accounts, contacts and IMAP cursors on disk; passwords sealed.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/account.h"
#include "gateway/store/database.h"

namespace gateway::accounts {

/// Inserts (id 0) or replaces; answers the id. One account per (jid, kind).
AccountId save(Database&, const Account&);
std::vector<Account> all(Database&);
/// The language its user was last heard in; nothing else of the account is touched.
void note_language(Database&, AccountId, const std::string& lang);
/// The same for the name that its user goes by.
void note_name(Database&, AccountId, const std::string& name);
/// The account and all stored of it: contacts, cursors, queue entries, ids.
void remove(Database&, AccountId);

void save(Database&, const Contact&);
/// Only what was last in and last out. False if there is no such contact.
bool save_last(Database&, const Contact&);
std::vector<Contact> contacts(Database&);  // of all accounts
void remove(Database&, AccountId, const std::string& canonical);

std::vector<Cursor> cursors(Database&, AccountId);
void save(Database&, AccountId, const Cursor&);

}  // namespace gateway::accounts
