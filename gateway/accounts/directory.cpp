// The accounts of the directory; see directory.h.

#include "gateway/accounts/directory.h"

#include <algorithm>
#include <stdexcept>

#include "gateway/accounts/contact_weight.h"
#include "gateway/accounts/directory_state.h"
#include "gateway/log.h"
#include "gateway/store/accounts.h"
#include "gateway/store/queue.h"

namespace gateway {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_language = 35;  // [RFC 5646 §4.4.1]
}  // namespace

Directory::State::Record& Directory::State::existing(AccountId id) {
    auto* found = record(id);
    if (found == nullptr) throw std::logic_error("an account that is not in the directory");
    return *found;
}

Account& Directory::State::put(Account account) {
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

/// The map's key is a view into its account.
void Directory::State::let_go(const Record& record) {
    auto& all = users(record.account.kind);
    const auto found = all.find(record.account.jid);
    if (found != all.end() && found->second == &record) all.erase(found);
}

void Directory::State::erase(AccountId id) {
    const auto found = records.find(id);
    if (found == records.end()) return;
    let_go(found->second);
    resting.erase(id);
    removing.erase(id);
    release(found->second);
    records.erase(found);
}

/// Each of them may change the directory, or be the last that knows another.
void Directory::State::tell(void (DirectoryObserver::*what)(const Account&), const Account& account) {
    std::erase_if(observers, [](const auto& observer) { return observer.expired(); });
    const Account told = account;
    const auto all = observers;
    for (const auto& each : all) {
        if (const auto observer = each.lock()) ((*observer).*what)(told);
    }
}

Directory::Directory(Store& store) : Directory(store, Limits{}) {}

Directory::Directory(Store& store, Limits limits) : state_(std::make_shared<State>(store, std::move(limits))) {
    for (AccountId last{};;) {
        auto page = accounts::next_page(store, last);
        if (page.empty()) return;
        last = page.back().id;
        for (auto& account : page) {
            if (account.damaged || account.login_lost) {
                log::error(
                    "store: the {} of account {} ({}) does not match its seal: it is damaged, or was changed by "
                    "somebody else, and is not used. See: coigate account list",
                    account.damaged ? "row" : "login", static_cast<std::int64_t>(account.id), account.jid);
            }
            state_->put(std::move(account));
        }
    }
}

Directory::~Directory() = default;

void Directory::observe(std::weak_ptr<DirectoryObserver> observer) { state_->observers.push_back(std::move(observer)); }

void Directory::notify_senders_by(WaitingSenders& senders) { state_->senders = &senders; }

const Account* Directory::of_user(const std::string& jid) const {
    const auto* mailbox = mailbox_of(jid);
    return mailbox != nullptr ? mailbox : relay_of(jid);
}

const Account* Directory::mailbox_of(const std::string& jid) const {
    const auto found = state_->mailboxes.find(jid);
    return found == state_->mailboxes.end() || found->second->leaving ? nullptr : &found->second->account;
}

const Account* Directory::relay_of(const std::string& jid) const {
    const auto found = state_->relays.find(jid);
    return found == state_->relays.end() || found->second->leaving ? nullptr : &found->second->account;
}

const Account* Directory::find(AccountId id) const {
    const auto* record = state_->record(id);
    return record == nullptr || !State::is_at_work(*record) ? nullptr : &record->account;
}

bool Directory::keeps(AccountId id) const {
    const auto* record = state_->record(id);
    return record != nullptr && !record->leaving;
}

void Directory::begin_removal(AccountId id) { state_->begin_removal(id); }

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
    if (account.id == AccountId{} && state_->is_being_removed(account))
        return done(StoreError("the account is being removed"), AccountId{});
    // What is known of the user holds for their next account, too.
    const Account* other = account.id == AccountId{} ? of_user(account.jid) : nullptr;
    if (other != nullptr) account.lists_alias = other->lists_alias;
    if (other != nullptr && other->lang_source > account.lang_source) {
        account.lang = other->lang;
        account.lang_source = other->lang_source;
    }
    // What was noted is not the caller's to change, who may have an older copy of it.
    auto* record = state_->record(account.id);
    const auto before = record == nullptr ? std::nullopt : std::optional(record->account);
    if (before && !before->parked) account.vouched = before->vouched;
    if (before) account.lists_alias = before->lists_alias;
    if (record != nullptr) {
        record->coming = std::make_unique<Account>(account);
        ++record->saves;
    }
    const Account saving = account;
    auto finish = [alive = std::weak_ptr(state_), account = std::move(account), before, done = std::move(done)](
                      Store::Failure failure, AccountId id) mutable {
        const auto state = alive.lock();
        if (!state) return;
        if (!failure) account.id = id;
        state->saved(std::move(account), before, failure);
        if (done) done(std::move(failure), id);
    };
    accounts::save(state_->store, saving, std::move(start), std::move(finish));
}

/// A save has ended. What was noted of the account meanwhile is newer than what was saved.
void Directory::State::saved(Account account, const std::optional<Account>& before, const Store::Failure& failure) {
    auto* now = record(account.id);
    if (now != nullptr && before && --now->saves == 0) now->coming.reset();
    if (failure) return;
    const bool was_parked = before && before->parked;
    if (now != nullptr && now->account.parked && !was_parked) return;  // meanwhile
    if (now != nullptr && !was_parked) account.vouched = now->account.vouched;
    if (now != nullptr) account.lists_alias = now->account.lists_alias;
    if (now != nullptr && before) {
        if (now->account.lang != before->lang) account.lang = now->account.lang;
        if (now->account.lang_source != before->lang_source) account.lang_source = now->account.lang_source;
        if (now->account.address.name != before->address.name) account.address.name = now->account.address.name;
    }
    const Account& known = put(std::move(account));
    if (now == nullptr) put_contacts(existing(known.id), {known.id});  // a new account has none
    tell(&DirectoryObserver::account_saved, known);
}

void Directory::change(AccountId id, const std::function<void(Account&)>& how,
                       std::function<void(Store::Failure)> done) {
    const auto* record = state_->record(id);
    if (record == nullptr || record->leaving) return done(StoreError("the account is gone"));
    Account changed = record->latest();
    how(changed);
    save(std::move(changed), [done = std::move(done)](Store::Failure failure, AccountId) { done(std::move(failure)); });
}

void Directory::remove(AccountId id, std::function<void(Store::Failure)> done) { state_->remove(id, std::move(done)); }

void Directory::State::begin_removal(AccountId id) {
    auto* its = record(id);
    if (its == nullptr) return;
    its->leaving = true;
    removing.insert(id);
}

void Directory::State::end_removal(AccountId id) {
    if (auto* its = record(id)) its->leaving = false;
    removing.erase(id);
}

/// A new account would take the place of the one that goes, and go with it.
bool Directory::State::is_being_removed(const Account& like) const {
    return std::ranges::any_of(removing, [&](AccountId id) {
        const Account& going = records.at(id).account;
        return going.kind == like.kind && going.jid == like.jid;
    });
}

/// The account is removed by a commit that finds nobody who is still to be told. Until then nothing new is taken for
/// it.
void Directory::State::remove(AccountId id, std::function<void(Store::Failure)> done) {
    begin_removal(id);
    auto finish = [alive = weak_from_this(), id, done = std::move(done)](Store::Failure failure,
                                                                         bool is_removed) mutable {
        const auto state = alive.lock();
        auto* its = state ? state->record(id) : nullptr;
        if (!state) return;
        if (its != nullptr && !failure && !is_removed) {
            return state->senders->give_back(its->account, [alive, id, done](Store::Failure not_told) {
                const auto again = alive.lock();
                if (!again) return;
                if (!not_told) return again->remove(id, done);
                again->end_removal(id);
                if (done) done(std::move(not_told));
            });
        }
        if (failure) state->end_removal(id);
        if (its != nullptr && !failure) {
            const auto account = its->account;
            state->erase(id);
            state->tell(&DirectoryObserver::account_removed, account);
        }
        if (done) done(std::move(failure));
    };
    const bool anyway = senders == nullptr || record(id) == nullptr;
    accounts::remove(store, id, anyway, std::move(finish));
}

void Directory::count_unsent(AccountId id, std::function<void(Store::Failure, std::int64_t)> done) const {
    queue::count_unsent(state_->store, id, std::move(done));
}

void Directory::park(AccountId id, std::function<void(Store::Failure, std::int64_t)> done) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving) return;
    record->coming.reset();
    Account parked = record->account;
    parked.parked = true;
    parked.vouched = false;
    // Its server and user name stay: only whoever logs in there with them is its user (service/registrar).
    parked.login.password.clear();
    // At once in memory: nothing more is read or sent from here on.
    state_->tell(&DirectoryObserver::account_saved, state_->put(parked));
    accounts::park(state_->store, parked, std::move(done));
}

void Directory::note_vouched(AccountId id, bool vouched) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || record->account.vouched == vouched) return;
    record->note([vouched](Account& account) { account.vouched = vouched; });
    accounts::save_later(state_->store, record->latest());
}

void Directory::note_alias(const std::string& jid, bool is_listed) {
    for (const Account* account : {mailbox_of(jid), relay_of(jid)}) {
        if (account == nullptr || account->lists_alias == is_listed) continue;
        auto& record = state_->existing(account->id);
        record.note([is_listed](Account& noted) { noted.lists_alias = is_listed; });
        accounts::save_later(state_->store, record.latest());
    }
}

void Directory::remove_if_unused(AccountId id) {
    state_->load(id, [alive = std::weak_ptr(state_), id](const Store::Failure& failure) {
        const auto state = alive.lock();
        if (state && !failure) state->remove_if_unused(id);
    });
}

void Directory::State::remove_if_unused(AccountId id) {
    auto* its = record(id);
    if (its == nullptr || its->leaving || its->account.kind != Account::Kind::relay) return;
    const auto is_used = [](const auto& known) { return weight(known->contact) >= Weight::written_to; };
    if (std::ranges::any_of(contacts_of(*its).all, is_used)) return;
    its->leaving = true;
    accounts::remove_if_unused(store, id,
                               [alive = weak_from_this(), id](const Store::Failure& failure, bool is_removed) {
                                   const auto state = alive.lock();
                                   auto* left = state ? state->record(id) : nullptr;
                                   if (left == nullptr) return;
                                   left->leaving = false;
                                   if (failure || !is_removed) return;
                                   const auto account = left->account;
                                   state->erase(id);
                                   state->tell(&DirectoryObserver::account_removed, account);
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
    record->note([&tidy](Account& account) { account.address.name = tidy; });
    accounts::note_name(state_->store, id, tidy);
}

void Directory::note_language(AccountId id, const std::string& lang, Account::LanguageSource source) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving || lang.empty() || lang.size() > longest_language) return;
    const Account& known = record->account;
    if (known.lang_source > source || (known.lang == lang && known.lang_source == source)) return;
    record->note([&](Account& account) {
        account.lang = lang;
        account.lang_source = source;
    });
    accounts::note_language(state_->store, id, lang, source);
}

std::string Directory::language(const std::string& jid, const std::string& said) const {
    const Account* account = of_user(jid);
    if (account == nullptr) return said;
    return said.empty() || account->lang_source > Account::LanguageSource::stanza ? account->lang : said;
}

}  // namespace gateway
