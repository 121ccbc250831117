// The operations on OpenPGP keys; see keys.h.

#include "gateway/store/keys.h"

#include <utility>

#include "gateway/model/relays.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/relays.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::keys {

std::string mark(const Seal& seal, const coi::autocrypt::Header& header) {
    constexpr std::size_t digits = 16;
    return seal.keyed_hash("autocrypt\n" + header.addr.canonical() + "\n" + header.key).substr(0, digits);
}

bool is_marked(const Seal& seal, const coi::autocrypt::Header& header) {
    return !header.mark.empty() && header.mark == mark(seal, header);
}

void own(Store& store, AccountId account, Store::Done<std::optional<Own>> done) {
    Transactions(store).ask([account](Database& db) { return own(db, account); }, std::move(done));
}

void save(Store& store, AccountId account, const Own& key, Store::Committed done) {
    Transactions(store).commit([account, key](Database& db) { save(db, account, key); }, std::move(done));
}

void save_first(Store& store, AccountId account, const Own& key, Store::Done<Own> done) {
    Transactions(store).ask([account, key](Database& db) { return save_first(db, account, key); }, std::move(done));
}

void peer(Store& store, AccountId account, const std::string& contact, Store::Done<coi::autocrypt::Peer> done) {
    Transactions(store).ask([account, contact](Database& db) { return peer(db, account, contact); }, std::move(done));
}

namespace {

coi::openpgp::Fingerprint listed_by(Database& db, AccountId account, const std::string& contact) {
    const auto listed = relays::of(db, account, contact);
    return listed ? listed->key : coi::openpgp::Fingerprint();
}

Person person(Database& db, AccountId account, coi::Address address) {
    const std::string contact = address.canonical();
    Person known{std::move(address), peer(db, account, contact)};
    const auto listed = relays::of(db, account, contact);
    if (listed) known.listed_by = listed->key;
    const bool is_current = listed && listed->key == coi::autocrypt::counted(known.peer);
    known.is_holder =
        !known.peer.verified.empty() || (is_current && (listed->relays.bound || relays::has(listed->relays, contact)));
    return known;
}

}  // namespace

void both(Store& store, AccountId account, const std::string& contact, std::vector<coi::Address> others,
          Store::Done<Both> done) {
    Transactions(store).ask(
        [account, contact, others = std::move(others)](Database& db) {
            Both known{own(db, account), peer(db, account, contact), {}, listed_by(db, account, contact)};
            for (const auto& other : others) {
                known.others.push_back(person(db, account, other));
                known.others.back().lists_sender = true;
            }
            return known;
        },
        std::move(done));
}

void holders(Store& store, AccountId account, const coi::openpgp::Fingerprint& key,
             Store::Done<std::vector<Person>> done) {
    constexpr std::size_t most = 8;
    Transactions(store).ask(
        [account, key](Database& db) {
            std::vector<Person> persons;
            for (const auto& contact : holders(db, account, key, most)) {
                if (auto address = coi::parse_addr_spec(contact))
                    persons.push_back(person(db, account, std::move(*address)));
            }
            return persons;
        },
        std::move(done));
}

void accept(Store& store, AccountId account, const std::string& contact, const coi::openpgp::Fingerprint& key,
            Store::Done<Accepted> done) {
    Transactions(store).ask(
        [account, contact, key](Database& db) {
            Accepted accepted{false, peer(db, account, contact)};
            accepted.is_accepted = coi::autocrypt::accept(accepted.peer, key);
            if (accepted.is_accepted) save(db, account, contact, accepted.peer);
            return accepted;
        },
        std::move(done));
}

}  // namespace gateway::keys
