// See blocking.h.

#include "gateway/accounts/blocking.h"

#include <utility>

namespace gateway::blocking {
namespace {

bool is_blocked_at(const Directory& directory, AccountId id, const std::string& canonical) {
    const Contact* contact = directory.contact(id, canonical);
    return contact != nullptr && contact->blocked;
}

void set_at(Directory& directory, AccountId id, const coi::Address& address, bool blocked) {
    if (is_blocked_at(directory, id, address.canonical()) != blocked)
        directory.change(id, address, [blocked](Contact& contact) { contact.blocked = blocked; });
}

/// The user's account beside this one; nullptr if there is none.
const Account* other_of(const Directory& directory, const Account& account) {
    return account.kind == Account::Kind::mailbox ? directory.relay_of(account.jid) : directory.mailbox_of(account.jid);
}

}  // namespace

bool is_blocked(const Directory& directory, AccountId id, const std::string& canonical) {
    if (is_blocked_at(directory, id, canonical)) return true;
    const Account* account = directory.find(id);
    const Account* main = account ? directory.of_user(account->jid) : nullptr;
    return main && main->id != id && is_blocked_at(directory, main->id, canonical);
}

void set(Directory& directory, const Account& account, const coi::Address& address, bool blocked,
         std::function<void(Store::Failure)> done) {
    const AccountId id = account.id;
    const Account* other = other_of(directory, account);
    const auto set_here = [&directory, id, address, blocked] {
        if (directory.find(id)) set_at(directory, id, address, blocked);
    };
    if (other == nullptr) {
        set_here();
        return done(Store::Failure{});
    }
    // Its contacts may still have to be read from the disk.
    directory.load(other->id, [&directory, set_here, other = other->id, address, blocked,
                               done = std::move(done)](Store::Failure failure) {
        if (failure) return done(std::move(failure));
        set_here();
        if (directory.find(other)) set_at(directory, other, address, blocked);
        done(Store::Failure{});
    });
}

std::vector<coi::Address> blocked_at(const Directory& directory, AccountId id) {
    std::vector<coi::Address> blocked;
    for (const Contact* contact : directory.contacts(id)) {
        if (contact->blocked) blocked.push_back(contact->address);
    }
    return blocked;
}

void linked(Directory& directory, const std::string& jid) {
    const Account* relay = directory.relay_of(jid);
    if (relay == nullptr) return;
    directory.load(relay->id, [&directory, jid, relay = relay->id](const Store::Failure& failure) {
        const Account* mailbox = directory.mailbox_of(jid);
        if (failure || mailbox == nullptr) return;
        for (const auto& address : blocked_at(directory, relay)) set_at(directory, mailbox->id, address, true);
    });
}

}  // namespace gateway::blocking
