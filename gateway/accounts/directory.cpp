// The directory in memory; see directory.h.
//
// Each account keeps its contacts in one sorted vector of pointers: eight bytes a contact beside the contact itself,
// references that stay valid, and a look-up in a few steps. The maps' keys are views into the accounts, which never
// move.

#include "gateway/accounts/directory.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "gateway/log.h"
#include "gateway/store/accounts.h"
#include "gateway/store/contacts.h"
#include "gateway/store/ids.h"
#include "gateway/store/imap_cursors.h"
#include "gateway/store/once_encrypted.h"
#include "gateway/store/queue.h"
#include "gateway/store/spellings.h"

namespace gateway {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_language = 35;  // [RFC 5646 §4.4.1]
constexpr std::size_t marks_per_contact = 5;

struct Record {
    Account account;
    std::vector<std::unique_ptr<Contact>> contacts;     // by canonical
    std::set<std::string, std::less<>> once_encrypted;  // forgotten since: nothing goes to them in the clear by itself
    bool leaving = false;  // its removal is on the way to the disk: nothing is written of it any more

    auto place(std::string_view canonical) {
        return std::lower_bound(
            contacts.begin(), contacts.end(), canonical,
            [](const auto& contact, std::string_view wanted) { return contact->canonical < wanted; });
    }
    Contact* find(std::string_view canonical) {
        const auto at = place(canonical);
        return at != contacts.end() && (*at)->canonical == canonical ? at->get() : nullptr;
    }
};

using Users = std::unordered_map<std::string_view, Record*>;  // by bare JID

/// How much would be lost with a contact, from the least on.
enum class Weight {
    stranger,
    with_key,   // a stranger whose key is known: anybody can make these up, too
    encrypted,  // a stranger whose mail was encrypted
    written_to,
    subscribed,
    kept,  // the user has said how mail to them is protected, or protects it
};

Weight weight(const Contact& contact) {
    const Privacy& privacy = contact.privacy;
    const bool met = contact.written_to || contact.subscribed;
    const bool is_protected = privacy.encrypted || privacy.has_key || privacy.came_protected;
    if (privacy.policy != Policy::inherit || privacy.tunnel != Tunnel::never || privacy.otr || privacy.otr_clear ||
        privacy.verified || (met && is_protected)) {
        return Weight::kept;
    }
    if (contact.subscribed) return Weight::subscribed;
    if (contact.written_to) return Weight::written_to;
    if (privacy.encrypted) return Weight::encrypted;
    return is_protected ? Weight::with_key : Weight::stranger;
}

}  // namespace

struct Directory::State {
    State(Store& store_, std::size_t most_contacts_) : store(store_), most_contacts(most_contacts_) {}

    Store& store;
    std::size_t most_contacts;
    std::map<AccountId, Record> records;
    Users mailboxes, relays;
    std::set<AccountId> resting;  // parked or damaged: in neither of them

    Record* record(AccountId id) {
        const auto found = records.find(id);
        return found == records.end() ? nullptr : &found->second;
    }
    Users& users(Account::Kind kind) { return kind == Account::Kind::mailbox ? mailboxes : relays; }

    /// Forgets the one of whom least would be lost. Of equals, the one that stands next after the newcomer: whoever
    /// floods the table with made-up addresses cannot choose whom they push out for long. Where all are to be kept,
    /// which only their user can bring about, there is room for as many again.
    void make_room(Record& record, std::string_view newcomer) {
        auto& contacts = record.contacts;
        const auto from = static_cast<std::size_t>(record.place(newcomer) - contacts.begin());
        std::size_t least = from % contacts.size();
        for (std::size_t i = 0; i < contacts.size() && weight(*contacts[least]) > Weight::stranger; ++i) {
            const std::size_t at = (from + i) % contacts.size();
            if (weight(*contacts[at]) < weight(*contacts[least])) least = at;
        }
        const Contact& gone = *contacts[least];
        if (weight(gone) == Weight::kept && contacts.size() < 2 * most_contacts) return;
        if (gone.privacy.encrypted) remember_encrypted(record, gone.canonical);
        forget(record, contacts.begin() + static_cast<std::ptrdiff_t>(least));
    }
    /// A small mark, in place of one who is forgotten. They are bounded, too.
    void remember_encrypted(Record& record, const std::string& canonical) {
        auto& marks = record.once_encrypted;
        if (!marks.insert(canonical).second) return;
        std::string over;
        if (marks.size() > marks_per_contact * most_contacts) {
            auto next = marks.upper_bound(canonical);
            if (next == marks.end()) next = marks.begin();
            over = *next;
            marks.erase(next);
        }
        store.later(
            [id = record.account.id, canonical, over](Database& db) { once_encrypted::note(db, id, canonical, over); });
    }
    void forget(Record& record, std::vector<std::unique_ptr<Contact>>::iterator at) {
        store.later([id = record.account.id, canonical = (*at)->canonical](Database& db) {
            accounts::remove(db, id, canonical);
            spellings::save(db, id, canonical, {});
        });
        record.contacts.erase(at);
    }

    Account& put(Account account) {
        auto& record = records[account.id];
        if (record.account.id != AccountId{}) let_go(record);
        record.account = std::move(account);
        if (is_at_work(record)) {
            resting.erase(record.account.id);
            users(record.account.kind)[record.account.jid] = &record;
        } else {
            resting.insert(record.account.id);
        }
        return record.account;
    }
    static bool is_at_work(const Record& record) { return !record.account.parked && !record.account.damaged; }
    /// The map's key is a view into its account.
    void let_go(const Record& record) {
        auto& all = users(record.account.kind);
        const auto found = all.find(record.account.jid);
        if (found != all.end() && found->second == &record) all.erase(found);
    }
    void erase(AccountId id) {
        const auto found = records.find(id);
        if (found == records.end()) return;
        let_go(found->second);
        resting.erase(id);
        records.erase(found);
    }
};

Directory::Directory(Store& store, std::size_t most_contacts) : state_(std::make_shared<State>(store, most_contacts)) {
    std::vector<Account> accounts;
    std::vector<Contact> contacts;
    std::vector<std::pair<AccountId, std::string>> marks;
    std::vector<spellings::Known> known;
    store.now([&](Database& db) {
        accounts = accounts::all(db);
        contacts = accounts::contacts(db);
        marks = once_encrypted::all(db);
        known = spellings::all(db);
    });
    for (auto& account : accounts) {
        if (account.damaged || account.login_lost) {
            log::error(
                "store: the {} of account {} ({}) does not match its seal: it is damaged, or was changed by "
                "somebody else, and is not used. See: coigate account list",
                account.damaged ? "row" : "login", static_cast<std::int64_t>(account.id), account.jid);
        }
        state_->put(std::move(account));
    }
    for (auto& contact : contacts) {  // in order of their key: each goes to the end
        auto* record = state_->record(contact.account);
        if (record != nullptr) record->contacts.push_back(std::make_unique<Contact>(std::move(contact)));
    }
    for (auto& [id, canonical] : marks) {
        if (auto* record = state_->record(id)) record->once_encrypted.insert(std::move(canonical));
    }
    for (auto& [id, canonical, nodes] : known) {
        auto* record = state_->record(id);
        if (Contact* contact = record == nullptr ? nullptr : record->find(canonical))
            contact->spellings = std::move(nodes);
    }
}

Directory::~Directory() = default;

const Account* Directory::of_user(const std::string& jid) const {
    const auto* mailbox = mailbox_of(jid);
    return mailbox != nullptr ? mailbox : relay_of(jid);
}

const Account* Directory::mailbox_of(const std::string& jid) const {
    const auto found = state_->mailboxes.find(jid);
    return found == state_->mailboxes.end() ? nullptr : &found->second->account;
}

// One that is leaving is made anew for whoever needs it now: the store does both in order.
const Account* Directory::relay_of(const std::string& jid) const {
    const auto found = state_->relays.find(jid);
    return found == state_->relays.end() || found->second->leaving ? nullptr : &found->second->account;
}

const Account* Directory::find(AccountId id) const {
    const auto* record = state_->record(id);
    return record == nullptr || !State::is_at_work(*record) ? nullptr : &record->account;
}

const Account* Directory::at_rest(const std::string& jid, Account::Kind kind) const {
    for (const auto id : state_->resting) {
        const auto& account = state_->records.at(id).account;
        if (account.kind == kind && account.jid == jid) return &account;
    }
    return nullptr;
}

bool Directory::rests(AccountId id) const { return state_->resting.contains(id); }

std::vector<const Account*> Directory::all() const {
    std::vector<const Account*> accounts;
    accounts.reserve(state_->records.size());
    for (const auto& [id, record] : state_->records) accounts.push_back(&record.account);
    return accounts;
}

void Directory::save(Account account, std::function<void(Store::Failure, AccountId)> done) {
    save(std::move(account), {}, std::move(done));
}

void Directory::save(Account account, std::vector<Cursor> start, std::function<void(Store::Failure, AccountId)> done) {
    // Whether it is parked and vouched for is not the caller's to change, who may have an older copy of it.
    const auto* before = state_->record(account.id);
    const bool was_parked = before != nullptr && before->account.parked;
    if (before != nullptr && !was_parked) account.vouched = before->account.vouched;
    auto work = [account, start = std::move(start)](Database& db) {
        const AccountId id = accounts::save(db, account);
        const auto known = start.empty() ? std::vector<Cursor>{} : accounts::cursors(db, id);
        for (const auto& cursor : start) {
            if (std::ranges::find(known, cursor.folder, &Cursor::folder) == known.end()) accounts::save(db, id, cursor);
        }
        return id;
    };
    auto finish = [this, alive = std::weak_ptr(state_), account, was_parked, done = std::move(done)](
                      Store::Failure failure, AccountId id) mutable {
        const auto state = alive.lock();
        if (!state) return;
        const auto* now = state->record(id);
        const bool parked_meanwhile = now != nullptr && now->account.parked && !was_parked;
        if (!failure && !parked_meanwhile) {
            account.id = id;
            if (now != nullptr && !was_parked) account.vouched = now->account.vouched;
            const auto& saved = state->put(std::move(account));
            if (on_saved) on_saved(saved);
        }
        if (done) done(std::move(failure), id);
    };
    state_->store.ask<AccountId>(std::move(work), std::move(finish));
}

void Directory::remove(AccountId id, std::function<void(Store::Failure)> done) {
    if (auto* record = state_->record(id)) record->leaving = true;
    auto finish = [this, alive = std::weak_ptr(state_), id, done = std::move(done)](Store::Failure failure) {
        const auto state = alive.lock();
        if (!state) return;
        if (auto* record = state->record(id)) {
            if (failure) {
                record->leaving = false;
            } else {
                const auto account = record->account;
                state->erase(id);
                if (on_removed) on_removed(account);
            }
        }
        if (done) done(std::move(failure));
    };
    state_->store.commit([id](Database& db) { accounts::remove(db, id); }, std::move(finish));
}

void Directory::park(AccountId id, std::function<void(Store::Failure, std::int64_t)> done) {
    const auto* record = state_->record(id);
    if (record == nullptr || record->leaving) return;
    Account parked = record->account;
    parked.parked = true;
    parked.vouched = false;
    // Its server and user name stay: only whoever logs in there with them is its user (service/registrar).
    parked.login.password.clear();
    // At once in memory: nothing more is read or sent from here on.
    const auto& resting = state_->put(parked);
    if (on_saved) on_saved(resting);
    state_->store.ask<std::int64_t>(
        [parked](Database& db) {
            const auto waiting = queue::count(db, parked.id);
            accounts::save(db, parked);
            return waiting;
        },
        std::move(done));
}

void Directory::note_vouched(AccountId id, bool vouched) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || record->account.vouched == vouched) return;
    record->account.vouched = vouched;
    state_->store.later([account = record->account](Database& db) { accounts::save(db, account); });
}

void Directory::remove_if_unused(AccountId id) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || record->account.kind != Account::Kind::relay) return;
    const auto is_used = [](const auto& contact) { return weight(*contact) >= Weight::written_to; };
    if (std::any_of(record->contacts.begin(), record->contacts.end(), is_used)) return;
    record->leaving = true;
    auto removed = std::make_shared<bool>(false);
    state_->store.commit(
        [id, removed](Database& db) {
            if ((*removed = !queue::holds_any(db, id) && !ids::knows_any(db, id))) accounts::remove(db, id);
        },
        [this, alive = std::weak_ptr(state_), id, removed](const Store::Failure& failure) {
            const auto state = alive.lock();
            auto* left = state ? state->record(id) : nullptr;
            if (left == nullptr) return;
            left->leaving = false;
            if (failure || !*removed) return;
            const auto account = left->account;
            state->erase(id);
            if (on_removed) on_removed(account);
        });
}

void Directory::note_name(AccountId id, const std::string& name) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || name.size() > longest_name) return;
    std::string tidy;
    for (const char c : name) {
        const bool space = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
        if (!space) tidy += c;
        if (space && !tidy.empty() && tidy.back() != ' ') tidy += ' ';
    }
    if (tidy.ends_with(' ')) tidy.pop_back();
    if (tidy.empty() || record->account.address.name == tidy) return;
    record->account.address.name = tidy;
    state_->store.later([id, tidy](Database& db) { accounts::note_name(db, id, tidy); });
}

void Directory::note_language(AccountId id, const std::string& lang) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || record->account.lang == lang || lang.empty()) return;
    if (lang.size() > longest_language) return;
    record->account.lang = lang;
    state_->store.later([id, lang](Database& db) { accounts::note_language(db, id, lang); });
}

const Contact* Directory::contact(AccountId id, const std::string& canonical) const {
    auto* record = state_->record(id);
    return record == nullptr ? nullptr : record->find(canonical);
}

std::vector<const Contact*> Directory::contacts(AccountId id) const {
    std::vector<const Contact*> contacts;
    if (auto* record = state_->record(id)) {
        contacts.reserve(record->contacts.size());
        for (const auto& contact : record->contacts) contacts.push_back(contact.get());
    }
    return contacts;
}

Contact& Directory::know(AccountId id, const coi::Address& address) {
    auto* record = state_->record(id);
    if (record == nullptr) throw std::logic_error("a contact of an account that is not in the directory");
    const auto canonical = address.canonical();
    if (Contact* known = record->find(canonical)) return *known;
    if (!record->contacts.empty() && record->contacts.size() >= state_->most_contacts)
        state_->make_room(*record, canonical);
    auto contact = std::make_unique<Contact>();
    contact->account = id;
    contact->canonical = canonical;
    contact->address = address;
    contact->privacy.encrypted = record->once_encrypted.contains(canonical);
    return **record->contacts.insert(record->place(canonical), std::move(contact));
}

bool Directory::has_room(AccountId id) const {
    const auto* record = state_->record(id);
    if (record == nullptr) return false;
    const auto count = [&](auto is_counted) { return std::ranges::count_if(record->contacts, is_counted); };
    return record->contacts.size() < state_->most_contacts ||
           count([](const auto& contact) { return weight(*contact) < Weight::subscribed; }) > 0 ||
           (record->contacts.size() < 2 * state_->most_contacts &&
            count([](const auto& contact) { return weight(*contact) == Weight::subscribed; }) == 0);
}

void Directory::save(const Contact& contact) {
    auto* record = state_->record(contact.account);
    if (record == nullptr || record->leaving) return;
    const auto at = record->place(contact.canonical);
    if (at == record->contacts.end() || (*at)->canonical != contact.canonical) {
        record->contacts.insert(at, std::make_unique<Contact>(contact));
    } else if (at->get() != &contact) {
        **at = contact;
    }
    state_->store.later([contact](Database& db) { accounts::save(db, contact); });
}

void Directory::save(const Contact& contact, Contact before) {
    before.last_in = contact.last_in;
    before.last_out = contact.last_out;
    if (before != contact) return save(contact);
    const auto* record = state_->record(contact.account);
    if (record == nullptr || record->leaving) return;
    state_->store.later([contact](Database& db) {
        if (!accounts::save_last(db, contact)) accounts::save(db, contact);
    });
}

void Directory::save_spellings(const Contact& contact) {
    const auto* record = state_->record(contact.account);
    if (record == nullptr || record->leaving) return;
    state_->store.later([id = contact.account, canonical = contact.canonical, nodes = contact.spellings](Database& db) {
        spellings::save(db, id, canonical, nodes);
    });
}

void Directory::remove_contact(AccountId id, const std::string& canonical) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving) return;
    const auto at = record->place(canonical);
    if (at == record->contacts.end() || (*at)->canonical != canonical) return;
    state_->forget(*record, at);
}

}  // namespace gateway
