// Accounts and contacts in memory: what every stanza and every mail is looked up in.
//
// Read at start from the store; changed only through here, which also writes. Presence of thousands of contacts and the
// verdict on a mail are answered without touching the disk. Invariant: what is here is on disk, or on its way there in
// order.

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway {

class Directory {
  public:
    /// Reads all accounts and contacts, waiting. No account gets more than `most_contacts`, whoever makes them up.
    explicit Directory(Store& store, std::size_t most_contacts = 10'000);
    ~Directory();

    /// The account through which this user (bare JID) writes: the linked mailbox if there is one, else the relay
    /// account; nullptr if neither is there yet.
    const Account* of_user(const std::string& jid) const;
    const Account* mailbox_of(const std::string& jid) const;
    const Account* relay_of(const std::string& jid) const;
    /// Not one that rests.
    const Account* find(AccountId) const;
    /// All, those at rest too.
    std::vector<const Account*> all() const;
    /// The account of this user that does nothing (Account::parked, damaged), for the admin and for a new link;
    /// nullptr if there is none.
    const Account* at_rest(const std::string& jid, Account::Kind) const;
    bool rests(AccountId) const;

    /// Saves a new or changed account (id 0: new) and calls back when it is committed; then it is in memory, with its
    /// id.
    void save(Account, std::function<void(Store::Failure, AccountId)> done);
    /// The same, and in its commit where reading begins in folders of which nothing was read yet.
    void save(Account, std::vector<Cursor> start, std::function<void(Store::Failure, AccountId)> done);
    /// Deletes the account and all that is stored of it.
    void remove(AccountId, std::function<void(Store::Failure)> done);
    /// Takes the login out of a mailbox, and lets it rest with all else that is stored of it. `waiting`: how many
    /// messages of the queue rest with it.
    void park(AccountId, std::function<void(Store::Failure, std::int64_t waiting)> done);
    /// The user's server vouches for them, or does no more (Account::vouched).
    void note_vouched(AccountId, bool vouched);
    /// The same as remove() for a relay account of which nothing would be lost: no message known or waiting, nobody
    /// written or subscribed to.
    void remove_if_unused(AccountId);
    /// The name that the user goes by, from a client; it stands in From. White space is made one, what is too long is
    /// left alone.
    void note_name(AccountId, const std::string& name);
    /// The user's language, remembered for texts that answer nothing.
    void note_language(AccountId, const std::string& lang);

    const Contact* contact(AccountId, const std::string& canonical) const;
    std::vector<const Contact*> contacts(AccountId) const;
    /// The contact, made (in memory only) if it is new. Where the account has as many as it may, another one is
    /// forgotten for it: a stranger, else one whom the user has written to, then one who was subscribed to. Whom the
    /// user has a policy or a protected conversation with is not; that a forgotten stranger's mail was encrypted stays
    /// known. References to the one who is forgotten end here.
    Contact& know(AccountId, const coi::Address&);
    /// Whether a subscription to somebody new pushes out no other subscription.
    bool has_room(AccountId) const;
    /// Memory now, disk with the next commit.
    void save(const Contact&);
    /// The same for a contact of ours that was like `before`: the message that was last, as usual all that changed, is
    /// written without the rest.
    void save(const Contact&, Contact before);
    /// The JIDs by which the user knows a contact of ours.
    void save_spellings(const Contact&);
    void remove_contact(AccountId, const std::string& canonical);

    /// Called after an account was added, changed or removed (nullptr-like: account gone): mailbox sessions follow.
    std::function<void(const Account&)> on_saved;
    std::function<void(const Account&)> on_removed;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
