// Presence of all users' contacts, when the stream comes up or goes down; see presence.h.

#include <algorithm>
#include <iterator>

#include "gateway/accounts/nick.h"
#include "gateway/model/addresses.h"
#include "gateway/service/disco.h"
#include "gateway/service/presence.h"
#include "xmpp/xep/xep0115_caps.h"
#include "xmpp/xep/xep0172_nick.h"

namespace gateway {
namespace {

constexpr std::size_t shown_at_once = 200;  // stanzas
constexpr std::size_t read_at_once = 10;    // accounts
constexpr auto show_pace = std::chrono::milliseconds(20), read_again = std::chrono::milliseconds(1000);

}  // namespace

void Presence::online() {
    pace_.online();
    shown_.clear();
    asked_.clear();
    to_show_.clear();
    for (const Account* account : directory_.all()) {
        if (!directory_.rests(account->id)) to_show_.push_back(account->id);
    }
    show_some(++walk_, 0, 0);
}

/// Calls `use` with the next few users of the walk, whose contacts are in memory, and those of the accounts through
/// which they write.
void Presence::with_next(std::size_t at, std::function<void(const Users&, bool is_read)> use) {
    Users users, needed;
    for (; at < to_show_.size() && users.size() < read_at_once; ++at) {
        const AccountId id = to_show_[at];
        const Account* account = directory_.find(id);
        const Account* main = account ? directory_.of_user(account->jid) : nullptr;
        if (main && main->id != id) needed.push_back(main->id);
        needed.push_back(id);
        users.push_back(id);
    }
    directory_.visit(needed, [this, users, use = std::move(use)](const Store::Failure& failure) {
        const auto missing = std::ranges::find_if_not(users, [&](AccountId id) { return directory_.is_loaded(id); });
        use({users.begin(), missing == users.begin() ? std::next(missing) : missing}, !failure);  // at least one
    });
}

void Presence::show_some(std::uint64_t walk, std::size_t at, std::size_t shown) {
    if (walk != walk_) return;
    if (at >= to_show_.size()) return to_show_.clear();
    const auto go_on_later = [this, walk, at](std::chrono::milliseconds pause) {
        after_(pause, [this, walk, at] { show_some(walk, at, 0); });
    };
    if (shown >= shown_at_once || !stream_.has_room()) return go_on_later(show_pace);
    with_next(at, [this, walk, at, shown, go_on_later](const Users& users, bool is_read) {
        if (walk != walk_) return;
        if (!is_read) return go_on_later(read_again);
        std::size_t sent = shown;
        for (const AccountId id : users) {
            const Account* account = directory_.find(id);
            sent += 2 + directory_.contacts(id).size();
            if (account) show(*account, "");
        }
        show_some(walk, at + users.size(), sent);
    });
}

/// Sends presence of the gateway and of the contacts that the user has subscribed to. What a user's two accounts have
/// in common is sent for the one through which the user writes.
void Presence::show(const Account& account, const char* type) {
    const Account* main = directory_.of_user(account.jid);
    const bool is_main = main == nullptr || main->id == account.id;
    for (const auto& jid : {component_, alias_}) {
        if (!is_main || (jid == alias_ && !account.lists_alias)) continue;
        stream_.send(*type == '\0' ? *of_gateway(jid, account.jid) : *presence(jid, account.jid, type));
    }
    for (const Contact* contact : directory_.contacts(account.id)) {
        if (!contact->subscribed) continue;
        const Contact* same = is_main ? nullptr : directory_.contact(main->id, contact->canonical);
        if (same && same->subscribed) continue;
        const bool is_available = *type == '\0';
        for (const auto& jid : jids_of(*contact, component_)) {  // each JID that may be in the user's roster
            stream_.send(is_available ? *available(jid, account.jid, contact->address, contact)
                                      : *presence(jid, account.jid, type));
        }
    }
}

void Presence::leave(std::function<void()> left, std::size_t most) {
    ++walk_;
    to_show_.clear();
    Users others;
    for (const Account* account : directory_.all()) {
        if (directory_.rests(account->id)) continue;
        (seen_.contains(account->jid) ? to_show_ : others).push_back(account->id);
    }
    to_show_.insert(to_show_.end(), others.begin(), others.end());
    leave_some(0, most, std::move(left));
}

void Presence::leave_some(std::size_t at, std::size_t most, std::function<void()> left) {
    if (at >= to_show_.size()) return left();
    with_next(at, [this, at, most, left = std::move(left)](const Users& users, bool is_read) {
        std::size_t room = is_read ? most : 0;
        for (const AccountId id : users) {
            const Account* account = directory_.find(id);
            const auto contacts = is_read ? directory_.contacts(id).size() : 0;
            if (contacts + 1 >= room) return left();
            if (account) show(*account, "unavailable");
            room -= 2 + contacts;
        }
        leave_some(at + users.size(), room, left);
    });
}

}  // namespace gateway
