// Which accounts of the directory have their contacts in memory; see directory.h and directory_state.h.
//
// They are read when they are first needed, and released when nobody has asked about them for some minutes. A sweep
// takes the idle ones from the front of a list in the order of use. Before they are released the store commits all that
// was written before (flush), so that what is on disk is complete even if nothing can be written from then on.

#include <utility>

#include "gateway/accounts/directory_state.h"

namespace gateway {
namespace {

constexpr auto sweep_pace = std::chrono::minutes(1);
constexpr std::uint64_t idle_sweeps = 4;                            // without a question
constexpr std::size_t most_released = 200, most_contacts = 10'000;  // in one turn of the loop
constexpr std::size_t most_visited = 1000;                          // contacts, but for the first account
constexpr auto release_pace = std::chrono::milliseconds(20);        // between these turns

}  // namespace

Directory::State::Contacts& Directory::State::contacts_of(Record& record) {
    if (!record.contacts) put_contacts(record, accounts::contacts_now(store, record.account.id));
    keep_in_memory(*record.contacts);
    return *record.contacts;
}

void Directory::State::put_contacts(Record& record, accounts::AccountContacts read) {
    record.contacts = std::make_unique<Contacts>();
    Contacts& contacts = *record.contacts;
    contacts.all.reserve(read.contacts.size());
    for (auto& contact : read.contacts)
        contacts.all.push_back(std::make_shared<Known>(Known{std::move(contact), false, false}));
    for (const auto& known : contacts.all) list(contacts, known->contact, true);
    contacts.nicks = std::move(read.nicks);
    for (auto& canonical : read.once_encrypted) contacts.once_encrypted.insert(std::move(canonical));
    contacts.asked = sweeps;
    contacts.by_use = in_memory.insert(in_memory.end(), record.account.id);
    sweep_later();
}

void Directory::State::keep_in_memory(Contacts& contacts) {
    if (contacts.asked == sweeps) return;
    contacts.asked = sweeps;
    in_memory.splice(in_memory.end(), in_memory, contacts.by_use);
}

// --- reading ahead

void Directory::State::load(AccountId id, Done done) {
    const auto others = loading.find(id);
    if (others != loading.end()) return others->second.push_back(std::move(done));
    auto* its = record(id);
    if (its != nullptr && its->contacts) keep_in_memory(*its->contacts);
    if (its == nullptr || its->contacts) return done({});
    loading[id].push_back(std::move(done));
    accounts::contacts_of(
        store, id, [alive = weak_from_this(), id](const Store::Failure& failure, accounts::AccountContacts read) {
            if (const auto state = alive.lock()) state->loaded(id, failure, std::move(read));
        });
}

/// Somebody may have asked meanwhile, and waited: then what is in memory is the newer.
void Directory::State::loaded(AccountId id, const Store::Failure& failure, accounts::AccountContacts read) {
    auto* its = record(id);
    if (!failure && its != nullptr && !its->contacts) put_contacts(*its, std::move(read));
    auto& waiting = loading[id];  // may grow while they are called
    while (!waiting.empty()) {
        const auto next = std::move(waiting.front());
        waiting.pop_front();
        next(failure);
    }
    loading.erase(id);
}

void Directory::State::visit(const std::vector<AccountId>& ids, Done use) {
    std::vector<AccountId> missing;
    for (const AccountId id : ids) {
        const auto* its = record(id);
        const bool is_twice = std::ranges::find(missing, id) != missing.end();
        if (its != nullptr && !its->contacts && !is_twice) missing.push_back(id);
    }
    if (missing.empty()) return use({});
    accounts::contacts_of(
        store, std::move(missing), most_visited,
        [alive = weak_from_this(), use = std::move(use)](const Store::Failure& failure,
                                                         std::vector<accounts::AccountContacts> read) {
            const auto state = alive.lock();
            if (!state) return;
            std::vector<AccountId> lent;
            if (failure) read.clear();
            for (auto& each : read) {
                auto* its = state->record(each.account);
                if (its == nullptr || its->contacts) continue;
                lent.push_back(each.account);
                state->put_contacts(*its, std::move(each));
            }
            use(failure);
            for (const AccountId id : lent) {
                auto* its = state->record(id);
                if (its != nullptr && its->contacts && !is_in_use(*its) && !state->loading.contains(id))
                    state->release(*its);
            }
        });
}

// --- releasing

/// Whether something of its contacts is known only here, or somebody has one of them in hand.
bool Directory::State::is_in_use(const Record& record) {
    return record.leaving || std::ranges::any_of(record.contacts->all, [](const auto& known) {
               return known->is_behind || known.use_count() > 1;
           });
}

void Directory::State::release(Record& record) {
    if (!record.contacts) return;
    in_memory.erase(record.contacts->by_use);
    record.contacts.reset();
}

/// While there is something to release one day.
void Directory::State::sweep_later() {
    if (!limits.after || in_memory.empty() || std::exchange(is_sweeping, true)) return;
    limits.after(sweep_pace, [alive = weak_from_this()] {
        const auto state = alive.lock();
        if (!state) return;
        ++state->sweeps;
        state->release_idle();
    });
}

std::vector<AccountId> Directory::State::find_idle() {
    std::vector<AccountId> idle;
    std::size_t contacts = 0;
    for (const AccountId id : in_memory) {
        const auto& its = *records.at(id).contacts;
        if (sweeps - its.asked < idle_sweeps || idle.size() == most_released || contacts > most_contacts) break;
        idle.push_back(id);
        contacts += its.all.size();
    }
    return idle;
}

void Directory::State::release_idle() {
    auto idle = find_idle();
    if (idle.empty()) {
        is_sweeping = false;
        return sweep_later();
    }
    for (const AccountId id : idle) {
        auto& its = records.at(id);
        for (const auto& known : its.contacts->all) {
            if (known->is_behind && known.use_count() == 1) save(its, *known, known->contact);
        }
    }
    store.flush([alive = weak_from_this(), idle = std::move(idle)](const Store::Failure& failure) {
        const auto state = alive.lock();
        if (!state) return;
        for (const AccountId id : idle) {
            auto* its = state->record(id);
            if (its == nullptr || !its->contacts || state->sweeps - its->contacts->asked < idle_sweeps) continue;
            const bool stays = failure || is_in_use(*its) || state->loading.contains(id);
            stays ? state->keep_in_memory(*its->contacts) : state->release(*its);
        }
        state->limits.after(release_pace, [alive] {
            if (const auto still = alive.lock()) still->release_idle();
        });
    });
}

// --- the class

void Directory::load(AccountId id, std::function<void(Store::Failure)> done) const {
    state_->load(id, std::move(done));
}

bool Directory::is_loaded(AccountId id) const {
    const auto* record = state_->record(id);
    return record == nullptr || (record->contacts && !state_->loading.contains(id));
}

void Directory::visit(const std::vector<AccountId>& accounts, std::function<void(Store::Failure)> use) const {
    state_->visit(accounts, std::move(use));
}

}  // namespace gateway
