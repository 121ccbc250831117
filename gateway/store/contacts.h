// Contacts: a user's correspondents, their dialect, protection and conversation.
//
// The rows are in gateway/store/sqlite/contacts. What a mail changes of a contact is saved by take_incoming; all else
// is in memory first (gateway/accounts/directory), and is written with the next commit.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway::accounts {

/// A page of all contacts, in the order of account and canonical address, with what is known of their keys.
struct ContactPage {
    std::vector<Contact> contacts;
    bool is_last = false;
    // The next page begins behind this contact.
    AccountId account{};
    std::string canonical{};
};
/// The page behind `before`; the first one behind an empty page. Contacts that do not match their seal are set aside.
/// For start-up: waits for the store.
ContactPage next_page(Store&, const ContactPage& before);
/// Contacts of all accounts that were removed although mail with them was encrypted. For start-up: waits for the store.
std::vector<std::pair<AccountId, std::string>> once_encrypted(Store&);

// With the next commit:
/// What has changed of a contact since it was written.
enum class Changed {
    nothing,
    last,  // last_in and last_out, which change with each message
    more,
};
void save(Store&, const Contact&, Changed, bool is_spelled_anew);
/// Removes the contact, its keys and its spellings.
void forget(Store&, AccountId, const std::string& canonical);
/// A mark stays of a removed contact, so that no mail to them is sent in the clear automatically. `over`: the contact
/// whose mark is removed for it; "" if there is room.
void note_once_encrypted(Store&, AccountId, const std::string& canonical, const std::string& over);

}  // namespace gateway::accounts
