// Accounts, contacts and IMAP cursors on disk; passwords sealed.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/sealed.h"

namespace gateway::accounts {

/// Inserts (id 0) or replaces; answers the id. One account per (jid, kind).
AccountId save(Database&, const Account&);
/// All that are there: also those whose row or login does not match its seal (Account::damaged, login_lost).
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
/// Of all accounts, by account and canonical. Those that do not match their seal are set aside.
std::vector<Contact> contacts(Database&);
/// The same one by one, without what follows from their keys (keys::each_peer).
void each_contact(Database&, const std::function<void(Contact)>&);
/// How a contact's conversation is protected, without what is known of their keys.
Privacy privacy(Database&, AccountId, const std::string& canonical);
void remove(Database&, AccountId, const std::string& canonical);

std::vector<Cursor> cursors(Database&, AccountId);
void save(Database&, AccountId, const Cursor&);

void seal_anew(Database&, Sealed before);

}  // namespace gateway::accounts
