// The contacts of the directory; see directory.h.

#include <algorithm>

#include "gateway/accounts/contact_weight.h"
#include "gateway/accounts/directory_state.h"
#include "gateway/model/nick_hash.h"
#include "gateway/store/contacts.h"

namespace gateway {
namespace {

constexpr std::size_t marks_per_contact = 5;

using accounts::Changed;

/// Between what stands in the contact's own row. What follows from keys stands in no row.
Changed difference(Contact before, const Contact& after) {
    before.spellings = after.spellings;
    before.profile = after.profile;
    before.privacy.has_key = after.privacy.has_key;
    before.privacy.verified = after.privacy.verified;
    before.privacy.conflicting = after.privacy.conflicting;
    before.relays = after.relays;
    if (before == after) return Changed::nothing;
    before.last_in = after.last_in;
    before.last_out = after.last_out;
    before.heard = after.heard;
    return before == after ? Changed::last : Changed::more;
}

}  // namespace

void Directory::State::rename(Contacts& contacts, std::uint32_t before, std::uint32_t after) {
    auto& nicks = contacts.nicks;
    if (before == after) return;
    if (before != 0) nicks.erase(std::ranges::lower_bound(nicks, before));
    if (after != 0) nicks.insert(std::ranges::lower_bound(nicks, after), after);
}

/// Enters the other addresses that the contact's key lists, or removes them.
void Directory::State::list(Contacts& contacts, const Contact& contact, bool is_listed) {
    for (const auto& relay : contact.relays.all) {
        const std::string address = relay.address.canonical();
        if (address == contact.canonical) continue;
        if (is_listed) {
            contacts.listed.emplace(address, contact.canonical);
            continue;
        }
        const auto [first, last] = contacts.listed.equal_range(address);
        const auto at = std::find_if(first, last, [&](const auto& each) { return each.second == contact.canonical; });
        if (at != last) contacts.listed.erase(at);
    }
}

Contact Directory::State::new_contact(Record& record, const coi::Address& address) {
    Contact contact;
    contact.account = record.account.id;
    contact.canonical = address.canonical();
    contact.address = address;
    contact.privacy.encrypted = contacts_of(record).once_encrypted.contains(contact.canonical);
    return contact;
}

Directory::State::Known& Directory::State::add(Record& record, const coi::Address& address) {
    const auto canonical = address.canonical();
    Contacts& contacts = contacts_of(record);
    if (auto* known = contacts.find(canonical)) return *known;
    if (!contacts.all.empty() && contacts.all.size() >= limits.most_contacts) make_room(record, canonical);
    auto added = std::make_shared<Known>(Known{new_contact(record, address)});
    rename(contacts, 0, nick_hash(added->contact.address));
    return **contacts.all.insert(contacts.place(canonical), std::move(added));
}

bool Directory::State::may_go(const Record& record, const std::shared_ptr<Known>& known) const {
    const bool is_in_hand = known.use_count() > 1;
    return !is_in_hand &&
           !(limits.has_waiting_mail && limits.has_waiting_mail(record.account.id, known->contact.canonical));
}

/// Forgets the one of whom least would be lost. Of equals, the one that stands next after the newcomer: whoever floods
/// the table with made-up addresses cannot choose whom they push out for long. Where all are to be kept, which only
/// their user can bring about, there is room for as many again.
void Directory::State::make_room(Record& record, std::string_view newcomer) {
    auto& contacts = contacts_of(record).all;
    const auto from = static_cast<std::size_t>(contacts_of(record).place(newcomer) - contacts.begin());
    auto least = contacts.end();
    auto lightest = Weight::kept;
    for (std::size_t i = 0; i < contacts.size() && (least == contacts.end() || lightest > Weight::stranger); ++i) {
        const auto at = contacts.begin() + static_cast<std::ptrdiff_t>((from + i) % contacts.size());
        const auto its = weight((*at)->contact);
        if ((least != contacts.end() && its >= lightest) || !may_go(record, *at)) continue;
        least = at;
        lightest = its;
    }
    if (least == contacts.end() || (lightest == Weight::kept && contacts.size() < 2 * limits.most_contacts)) return;
    const Contact& gone = (*least)->contact;
    if (gone.privacy.encrypted) remember_encrypted(record, gone.canonical);
    forget(record, least);
}

/// A small mark, in place of one who is forgotten. They are bounded, too.
void Directory::State::remember_encrypted(Record& record, const std::string& canonical) {
    auto& marks = contacts_of(record).once_encrypted;
    if (!marks.insert(canonical).second) return;
    std::string over;
    if (marks.size() > marks_per_contact * limits.most_contacts) {
        auto next = marks.upper_bound(canonical);
        if (next == marks.end()) next = marks.begin();
        over = *next;
        marks.erase(next);
    }
    accounts::note_once_encrypted(store, record.account.id, canonical, over);
}

void Directory::State::forget(Record& record, std::vector<std::shared_ptr<Known>>::iterator at) {
    accounts::forget(store, record.account.id, (*at)->contact.canonical);
    Contacts& contacts = contacts_of(record);
    rename(contacts, nick_hash((*at)->contact.address), 0);
    list(contacts, (*at)->contact, false);
    contacts.all.erase(at);
}

/// What was last, as usual all that changed, is written without the rest.
void Directory::State::save(const Record& record, Known& known, const Contact& before) {
    if (record.leaving) return;
    const Contact& contact = known.contact;
    accounts::Changes changes{difference(before, contact), contact.spellings != before.spellings,
                              contact.profile != before.profile};
    if (changes.row == Changed::nothing && known.is_behind) changes.row = Changed::last;
    if (!changes.any()) return;
    if (known.is_new) changes.row = Changed::more;
    known.is_new = known.is_behind = false;
    accounts::save(store, contact, changes);
}

const Contact* Directory::contact(AccountId id, const std::string& canonical) const {
    auto* record = state_->record(id);
    const auto* known = record == nullptr ? nullptr : state_->contacts_of(*record).find(canonical);
    return known == nullptr ? nullptr : &known->contact;
}

Contact Directory::known_or_new(AccountId id, const coi::Address& address) const {
    auto& record = state_->existing(id);
    const auto* known = state_->contacts_of(record).find(address.canonical());
    return known == nullptr ? state_->new_contact(record, address) : known->contact;
}

std::vector<const Contact*> Directory::contacts(AccountId id) const {
    std::vector<const Contact*> contacts;
    if (auto* record = state_->record(id)) {
        const auto& all = state_->contacts_of(*record).all;
        contacts.reserve(all.size());
        for (const auto& known : all) contacts.push_back(&known->contact);
    }
    return contacts;
}

std::vector<const Contact*> Directory::listing(AccountId id, const std::string& canonical) const {
    std::vector<const Contact*> found;
    auto* record = state_->record(id);
    if (record == nullptr) return found;
    auto& contacts = state_->contacts_of(*record);
    const auto [first, last] = contacts.listed.equal_range(canonical);
    for (auto at = first; at != last; ++at) {
        if (const auto* known = contacts.find(at->second)) found.push_back(&known->contact);
    }
    return found;
}

std::size_t Directory::count_nick(AccountId id, std::uint32_t hash) const {
    auto* record = state_->record(id);
    if (record == nullptr) return 0;
    return static_cast<std::size_t>(std::ranges::equal_range(state_->contacts_of(*record).nicks, hash).size());
}

std::shared_ptr<const Contact> Directory::hold(AccountId id, const std::string& canonical) const {
    auto* record = state_->record(id);
    if (record == nullptr) return nullptr;
    auto& contacts = state_->contacts_of(*record);
    if (contacts.find(canonical) == nullptr) return nullptr;
    const auto& known = *contacts.place(canonical);
    return {known, &known->contact};
}

bool Directory::has_room(AccountId id) const {
    auto* record = state_->record(id);
    if (record == nullptr) return false;
    const auto& all = state_->contacts_of(*record).all;
    const auto count = [&](auto is_counted) {
        return std::ranges::count_if(all, [&](const auto& known) { return is_counted(weight(known->contact)); });
    };
    const auto most = state_->limits.most_contacts;
    return all.size() < most || count([](Weight each) { return each < Weight::subscribed; }) > 0 ||
           (all.size() < 2 * most && count([](Weight each) { return each == Weight::subscribed; }) == 0);
}

const Contact& Directory::add(AccountId id, const coi::Address& address) {
    return state_->add(state_->existing(id), address).contact;
}

const Contact& Directory::change(AccountId id, const coi::Address& address, const std::function<void(Contact&)>& how) {
    auto& record = state_->existing(id);
    auto& known = state_->add(record, address);
    Contact changed = known.contact;
    how(changed);
    const Contact before = std::exchange(known.contact, std::move(changed));
    if (before.address.name != known.contact.address.name)
        State::rename(state_->contacts_of(record), nick_hash(before.address), nick_hash(known.contact.address));
    if (before.relays != known.contact.relays) {
        State::list(state_->contacts_of(record), before, false);
        State::list(state_->contacts_of(record), known.contact, true);
    }
    state_->save(record, known, before);
    return known.contact;
}

void Directory::note_last_out(AccountId id, const coi::Address& address, const coi::MessageId& message) {
    auto& known = state_->add(state_->existing(id), address);
    known.contact.last_out = message;
    known.is_behind = true;
}

void Directory::remove_contact(AccountId id, const std::string& canonical) {
    auto* record = state_->record(id);
    if (record == nullptr || record->leaving) return;
    auto& contacts = state_->contacts_of(*record);
    if (contacts.find(canonical) != nullptr) state_->forget(*record, contacts.place(canonical));
}

}  // namespace gateway
