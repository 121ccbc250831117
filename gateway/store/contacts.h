// Contacts: a user's correspondents, their dialect, protection and conversation.
//
// The rows are in gateway/store/sqlite/contacts. What a mail changes of a contact is saved by take_incoming; all else
// is in memory first (gateway/accounts/directory), and is written with the next commit.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway::accounts {

/// All that is stored of the contacts of an account.
struct AccountContacts {
    AccountId account{};
    std::vector<Contact> contacts{};            // by canonical address, with what is known of their keys
    std::vector<std::uint32_t> nicks{};         // nick_hash() of each contact with a name, sorted
    std::vector<std::string> once_encrypted{};  // who was removed although mail with them was encrypted, ascending
};
/// Contacts that do not match their seal are set aside. Answered also while nothing can be written.
void contacts_of(Store&, AccountId, Store::Done<AccountContacts> done);
/// Those of several accounts, from the first on, until there are `most` contacts or more.
void contacts_of(Store&, std::vector<AccountId>, std::size_t most, Store::Done<std::vector<AccountContacts>> done);
/// The same for one account, waiting for the store. Throws StoreError.
AccountContacts contacts_now(Store&, AccountId);

// With the next commit:
/// What has changed of a contact since it was written.
enum class Changed {
    nothing,
    last,  // last_in, last_out and heard, which change with each message
    more,
};
struct Changes {
    Changed row = Changed::nothing;
    bool spellings = false, profile = false;
    bool any() const { return row != Changed::nothing || spellings || profile; }
};
void save(Store&, const Contact&, Changes);
/// Removes the contact, its keys, spellings, profile and picture.
void forget(Store&, AccountId, const std::string& canonical);
/// A mark stays of a removed contact, so that no mail to them is sent in the clear automatically. `over`: the contact
/// whose mark is removed for it; "" if there is room.
void note_once_encrypted(Store&, AccountId, const std::string& canonical, const std::string& over);

}  // namespace gateway::accounts
