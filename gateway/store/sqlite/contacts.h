// Contacts on disk: a user's correspondents, their dialect, protection and conversation.
//
// The row is bound into the seal of its subject, except last_in and last_out, which change with each message and decide
// nothing. Keys of a contact are not in this row but in gateway/store/sqlite/keys; contacts_of() reads both.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/store/contacts.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::accounts {

/// Inserts or replaces the contact.
void save(Database&, const Contact&);
/// Updates only last_in and last_out. False if there is no such contact.
bool save_last(Database&, const Contact&);
/// The contacts of an account, with the flags that follow from their keys and with their spellings. Rows that do not
/// match their seal are set aside.
AccountContacts contacts_of(Database&, AccountId);
/// Those of all accounts, for tests.
std::vector<Contact> contacts(Database&);
/// How many contacts the account has.
std::int64_t count_contacts(Database&, AccountId);
/// How a contact's conversation is protected, without what is known of their keys.
Privacy privacy(Database&, AccountId, const std::string& canonical);
/// Removes the contact and its keys.
void remove(Database&, AccountId, const std::string& canonical);

/// Seals all contacts with the current key.
void seal_contacts_anew(Database&, Sealed before);

}  // namespace gateway::accounts
