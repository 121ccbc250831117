// What gateway/accounts/directory, directory_contacts and directory_loading share: the state of the class; only they
// see it.
//
// An account has its contacts, while they are in memory, in one sorted vector of pointers: few bytes beside the contact
// itself, addresses that stay valid, and a look-up in a few steps. The maps' keys are views into the accounts, which
// never move.
//
// What is read of contacts reaches the loop in the order in which it was asked for. Contacts leave the memory only in a
// callback of the store: of a flush that was asked for after their last change, or of the visit that read them. So what
// arrives for an account whose contacts are not in memory is never older than a change; where they are in memory, it is
// not used.

#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/store/contacts.h"

namespace gateway {

struct Directory::State : std::enable_shared_from_this<State> {
    State(Store& store_, Limits limits_) : store(store_), limits(std::move(limits_)) {}

    /// A contact, and what of it is not on disk.
    struct Known {
        Contact contact;
        bool is_new = true;      // it has no row yet
        bool is_behind = false;  // its row lacks what note_last_out() said
    };
    /// All that is in memory of an account's contacts.
    struct Contacts {
        std::vector<std::shared_ptr<Known>> all;  // by canonical; somebody else's pointer: in hand
        std::vector<std::uint32_t> nicks{};       // nick_hash() of each contact with a name, sorted
        std::multimap<std::string, std::string, std::less<>> listed{};  // canonical: the contact whose key lists it
        std::set<std::string, std::less<>> once_encrypted;  // forgotten since: no mail to them leaves in the clear
        std::uint64_t asked = 0;                            // the last sweep before a question
        std::list<AccountId>::iterator by_use{};            // in `in_memory`

        auto place(std::string_view canonical) {
            return std::lower_bound(all.begin(), all.end(), canonical, [](const auto& known, std::string_view wanted) {
                return known->contact.canonical < wanted;
            });
        }
        Known* find(std::string_view canonical) {
            const auto at = place(canonical);
            return at != all.end() && (*at)->contact.canonical == canonical ? at->get() : nullptr;
        }
    };
    struct Record {
        Account account;
        std::unique_ptr<Contacts> contacts{};  // nullptr: not in memory
        std::unique_ptr<Account> coming{};     // as it will be when the saves that are under way are committed
        int saves = 0;                         // of these
        bool leaving = false;  // its removal is on the way to the disk: nothing is written of it any more

        /// Without waiting for a commit.
        void note(const std::function<void(Account&)>& how) {
            how(account);
            if (coming) how(*coming);
        }
        const Account& latest() const { return coming ? *coming : account; }
    };
    using Done = std::function<void(Store::Failure)>;
    using Users = std::unordered_map<std::string_view, Record*>;  // by bare JID

    // --- accounts
    Record* record(AccountId id) {
        const auto found = records.find(id);
        return found == records.end() ? nullptr : &found->second;
    }
    /// The caller has looked the account up in this turn of the loop.
    Record& existing(AccountId);
    Users& users(Account::Kind kind) { return kind == Account::Kind::mailbox ? mailboxes : relays; }
    static bool is_at_work(const Record& record) { return !record.account.parked && !record.account.damaged; }
    Account& put(Account);
    void saved(Account, const std::optional<Account>& before, const Store::Failure&);
    void begin_removal(AccountId);
    void end_removal(AccountId);
    bool is_being_removed(const Account& like) const;
    void remove(AccountId, std::function<void(Store::Failure)> done);
    void let_go(const Record&);
    void erase(AccountId);
    void remove_if_unused(AccountId);
    void tell(void (DirectoryObserver::*what)(const Account&), const Account&);

    // --- which contacts are in memory
    /// Reads them, waiting for the store, if they are not. Throws StoreError.
    Contacts& contacts_of(Record&);
    void load(AccountId, Done);
    void loaded(AccountId, const Store::Failure&, accounts::AccountContacts);
    void visit(const std::vector<AccountId>&, Done use);
    void put_contacts(Record&, accounts::AccountContacts);
    void keep_in_memory(Contacts&);
    static bool is_in_use(const Record&);
    void release(Record&);
    void sweep_later();
    void release_idle();
    std::vector<AccountId> find_idle();

    // --- contacts
    static void rename(Contacts&, std::uint32_t before, std::uint32_t after);
    static void list(Contacts&, const Contact&, bool is_listed);
    Contact new_contact(Record&, const coi::Address&);
    Known& add(Record&, const coi::Address&);
    void make_room(Record&, std::string_view newcomer);
    bool may_go(const Record&, const std::shared_ptr<Known>&) const;
    void remember_encrypted(Record&, const std::string& canonical);
    void forget(Record&, std::vector<std::shared_ptr<Known>>::iterator);
    void save(const Record&, Known&, const Contact& before);

    Store& store;
    Limits limits;
    std::map<AccountId, Record> records;
    Users mailboxes, relays;
    std::set<AccountId> resting;                    // parked or damaged: in neither of them
    std::set<AccountId> removing;                   // in several commits
    std::list<AccountId> in_memory;                 // whose contacts are; who was not asked about for longest is first
    std::map<AccountId, std::deque<Done>> loading;  // who waits for their contacts
    std::uint64_t sweeps = 0;                       // for idle accounts
    bool is_sweeping = false;
    std::vector<std::weak_ptr<DirectoryObserver>> observers;
    WaitingSenders* senders = nullptr;
};

}  // namespace gateway
