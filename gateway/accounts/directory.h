// Accounts and contacts in memory: what every stanza and every mail is looked up in.
//
// The accounts are read at start from the store; the contacts of an account when they are first needed, and released
// when nobody has asked about them for some minutes. All are changed only through here, which also writes. Questions
// change nothing; a change also saves. Invariant: what is here is on disk, or on its way there in order, but for
// contacts of whom nothing is known yet.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "gateway/accounts/directory_observer.h"
#include "gateway/model/account.h"
#include "gateway/model/timer.h"
#include "gateway/store/store.h"

namespace gateway {

class Directory {
  public:
    struct Limits {
        std::size_t most_contacts = 10'000;  // of an account, whoever makes them up
        /// Whether mail to or from this contact waits in the queue: then they are not forgotten for another.
        std::function<bool(AccountId, const std::string& canonical)> has_waiting_mail{};
        Timer after{};  // for the release of contacts; without it they stay in memory
    };
    /// Reads all accounts, waiting.
    explicit Directory(Store&);
    Directory(Store&, Limits);
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
    /// Whether the account is there, or rests, and is not being removed: what is committed for it can still be sent.
    bool keeps(AccountId) const;
    /// The account will be removed: from now on nothing is taken for it.
    void begin_removal(AccountId);

    /// Saves a new or changed account (id 0: new) and calls back when it is committed; then it is in memory, with its
    /// id. StoreError for a new one where the user's account of this kind is being removed.
    void save(Account, std::function<void(Store::Failure, AccountId)> done);
    /// The same, and in its commit where reading begins in folders of which nothing was read yet.
    void save(Account, std::vector<Cursor> start, std::function<void(Store::Failure, AccountId)> done);
    /// Changes an account as it will be when what is under way is committed: of two changes at the same time none is
    /// lost. StoreError if it is not there.
    void change(AccountId, const std::function<void(Account&)>& how, std::function<void(Store::Failure)> done);
    /// Deletes the account and all that is stored of it. First the senders of mail that waits for it are told, by the
    /// module of notify_senders_by(); without one they are not. If that fails, the account stays.
    void remove(AccountId, std::function<void(Store::Failure)> done);
    /// How many messages that the user wrote wait to be sent.
    void count_unsent(AccountId, std::function<void(Store::Failure, std::int64_t unsent)> done) const;
    /// Takes the login out of a mailbox, and lets it rest with all else that is stored of it. `waiting`: how many
    /// messages of the queue rest with it.
    void park(AccountId, std::function<void(Store::Failure, std::int64_t waiting)> done);
    /// The user's server vouches for them, or does no more (Account::vouched).
    void note_vouched(AccountId, bool vouched);
    /// For all accounts of the user (Account::lists_alias).
    void note_alias(const std::string& jid, bool is_listed);
    /// The same as remove() for a relay account of which nothing would be lost: no message known or waiting, nobody
    /// written or subscribed to.
    void remove_if_unused(AccountId);
    /// The name that the user goes by, from a client; it stands in From. White space is made one, what is too long is
    /// left alone.
    void note_name(AccountId, const std::string& name);
    /// The user's language. What is better known is not replaced by what is less.
    void note_language(AccountId, const std::string& lang, Account::LanguageSource = Account::LanguageSource::stanza);
    /// The language in which this user is answered: the one that is known best; else `said`, the stanza's.
    std::string language(const std::string& jid, const std::string& said) const;

    /// Who is told of changes from now on, as long as they are there.
    void observe(std::weak_ptr<DirectoryObserver>);
    /// For remove(). The senders must live as long as the directory is used.
    void notify_senders_by(WaitingSenders&);

    // --- which contacts are in memory

    /// Reads the contacts of an account on the store's thread, and calls back when they are in memory: at once if they
    /// are, but after all calls for this account that still wait. A failure: the store cannot be read. Where stanzas
    /// and mails come in, so that questions about their contacts need not wait for the disk.
    void load(AccountId, std::function<void(Store::Failure)> done) const;
    /// Whether load() would call back at once.
    bool is_loaded(AccountId) const;
    /// For walks over many accounts: calls `use`, which only asks, with the contacts of these accounts in memory, as
    /// far from the first on as one turn of the loop can take. Those that were read for it are released after it.
    void visit(const std::vector<AccountId>&, std::function<void(Store::Failure)> use) const;

    // --- contacts. If they are not in memory, these wait for the store, and throw StoreError if it cannot be read.
    // What they answer with is good until the directory is asked to add, change or remove: whoever waits for anything
    // takes a copy, or holds the contact.

    /// nullptr if they are not known.
    const Contact* contact(AccountId, const std::string& canonical) const;
    /// The contact as they are known, or as add() would make them.
    Contact known_or_new(AccountId, const coi::Address&) const;
    std::vector<const Contact*> contacts(AccountId) const;
    /// Those whose key lists this address, which is not their own (gateway/model/relays).
    std::vector<const Contact*> listing(AccountId, const std::string& canonical) const;
    /// How many contacts of the account have a name with this nick_hash().
    std::size_t count_nick(AccountId, std::uint32_t hash) const;
    /// While this lives, the contact is not forgotten for another. nullptr if they are not known.
    std::shared_ptr<const Contact> hold(AccountId, const std::string& canonical) const;
    /// Whether a subscription to somebody new pushes out no other subscription.
    bool has_room(AccountId) const;

    // The account is one that find() has just found.

    /// The contact, made if they are new; their first change() brings them to the disk. Where the account has as many
    /// as it may, another one is forgotten for them: a stranger, else one whom the user has written to, then one who
    /// was subscribed to. Not one whom the user has a policy or a protected conversation with, who is in hand, or whose
    /// mail waits. That a forgotten stranger's mail was encrypted stays known.
    const Contact& add(AccountId, const coi::Address&);
    /// Changes the contact, added if they are new: in memory now, and what has changed on disk with the next commit.
    const Contact& change(AccountId, const coi::Address&, const std::function<void(Contact&)>& how);
    /// A mail to the contact is being written, which the next one will name; empty: it came to nothing. On disk with
    /// the next change().
    void note_last_out(AccountId, const coi::Address&, const coi::MessageId&);
    void remove_contact(AccountId, const std::string& canonical);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
