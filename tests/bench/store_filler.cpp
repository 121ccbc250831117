// Fills a store by the program's own functions, as if that many users had used the gateway for a while.
//
//     store_filler DATABASE KEY_FILE ACCOUNTS CONTACTS
//
// Relay accounts user0@jabber.test …; of each one's contacts a quarter is subscribed to, and a quarter has a key and
// writes encrypted.

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/transactions.h"
#include "gateway/store/store.h"

namespace {

using namespace gateway;

constexpr std::size_t key_bytes = 700;  // of an Ed25519 key with one user id

Account account_of(int number) {
    Account account;
    account.jid = "user" + std::to_string(number) + "@jabber.test";
    account.address = {"User " + std::to_string(number), "user" + std::to_string(number), "jabber.test"};
    account.lang = "en";
    return account;
}

std::string id_of(const std::string& contact, const char* which) {
    return "chat$0b8f2c4e7a915d36." + std::string(which) + "." + contact;
}

Contact contact_of(AccountId account, int number) {
    Contact contact;
    contact.account = account;
    const std::string name = std::to_string(static_cast<std::int64_t>(account)) + "-" + std::to_string(number);
    contact.address = {"Contact " + name, "contact" + name, "sink.test"};
    contact.canonical = contact.address.canonical();
    contact.dialect = Dialect::chatmail;
    contact.written_to = true;
    contact.subscribed = number % 4 == 0;
    contact.subject = "What we talked about " + name;
    contact.last_in = {id_of(contact.canonical, "in")};
    contact.last_out = {id_of(contact.canonical, "out")};
    contact.thread = {id_of(contact.canonical, "first")};
    contact.privacy.encrypted = number % 4 == 1;
    return contact;
}

void add_key(Database& db, const Contact& contact) {
    coi::autocrypt::Peer peer;
    peer.key = std::string(key_bytes, 'k');
    peer.fingerprint = std::string(40, 'F');
    peer.mutual = true;
    peer.last_seen = peer.autocrypt_timestamp = std::chrono::sys_seconds(std::chrono::seconds(1'795'000'000));
    keys::save(db, contact.account, contact.canonical, peer);
}

void fill(Store& store, int accounts, int contacts) {
    constexpr int at_once = 500;
    for (int first = 0; first < accounts; first += at_once) {
        Transactions(store).now([&](Database& db) {
            for (int i = first; i < std::min(accounts, first + at_once); ++i) {
                const AccountId id = accounts::save(db, account_of(i));
                for (int n = 0; n < contacts; ++n) {
                    const Contact contact = contact_of(id, n);
                    accounts::save(db, contact);
                    if (contact.privacy.encrypted) add_key(db, contact);
                }
            }
        });
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 5) {
        std::cerr << "store_filler DATABASE KEY_FILE ACCOUNTS CONTACTS\n";
        return 2;
    }
    try {
        Store store("sqlite:" + std::string(arguments[1]), Seal::open_or_make(arguments[2]),
                    [](const std::function<void()>&) {});
        fill(store, std::atoi(arguments[3]), std::atoi(arguments[4]));
    } catch (const std::exception& error) {
        std::cout << "failed: " << error.what() << std::endl;
        return 1;
    }
    std::cout << "filled" << std::endl;
}
