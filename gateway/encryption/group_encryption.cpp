// See group_encryption.h.

#include "gateway/encryption/group_encryption.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

#include "coi/crypt/pgp_mime.h"
#include "gateway/store/keys.h"
#include "gateway/store/member_keys.h"

namespace gateway {
namespace {

using Result = GroupEncryption::Result;

/// All that one encryption needs.
struct Closing {
    coi::Message mail;
    keys::Own own;
    coi::Address address;
    Seal seal;
    bool is_chatmail = false;
    std::vector<coi::Address> members;
    std::vector<std::string> keys;  // of the members, in their order
};

Result failed(coi::Error error) { return {{}, {}, false, std::move(error)}; }

/// The outer Date of a chatmail is inexact on purpose (gateway/encryption/openpgp).
std::int64_t coarse_date() {
    static thread_local std::minstd_rand random{std::random_device{}()};
    return std::uniform_int_distribution<std::int64_t>(0, 6 * 24 * 3600)(random);
}

Result close(const Closing& closing) {
    const auto bytes = coi::print(closing.mail);
    if (!bytes) return failed(bytes.error());
    auto own_key = coi::openpgp::public_key(closing.own.secret, closing.address);
    if (!own_key) return failed(own_key.error());
    coi::pgp_mime::Close how;
    how.signer = closing.own.secret;
    how.to = closing.keys;
    how.own = {{"", closing.address.local, closing.address.domain}, true, std::move(*own_key)};
    how.own.mark = keys::mark(closing.seal, how.own);
    for (std::size_t i = 0; i < closing.members.size() && closing.members.size() > 1; ++i) {
        const auto& [name, local, domain] = closing.members[i];
        how.gossip.push_back({{"", local, domain}, false, closing.keys[i]});
    }
    how.chatmail = closing.is_chatmail;
    how.date_offset = how.chatmail ? coarse_date() : 0;
    how.outer_autocrypt = !how.chatmail;
    auto closed = coi::pgp_mime::close(*bytes, how);
    return closed ? Result{std::move(*closed), {}, false, std::nullopt} : failed(closed.error());
}

}  // namespace

bool GroupEncryption::must_encrypt(const Account& account, const std::vector<coi::Address>& readers) const {
    return std::ranges::any_of(readers, [&](const coi::Address& each) {
        const Contact* contact = directory_.contact(account.id, each.canonical());
        const bool speaks = contact != nullptr && contact->privacy.spoken != EndToEnd::none;
        return speaks || policy::resolve(contact, account, own_.configured()) == Policy::require;
    });
}

void GroupEncryption::encrypt(const Account& account, const Room& room, std::vector<coi::Address> readers,
                              coi::Message mail, std::function<void(Result)> done) {
    auto closing = std::make_shared<Closing>(
        Closing{std::move(mail), {}, account.address, store_.seal(), room.kind == coi::Group::Kind::chatmail, {}, {}});
    std::vector<std::string> contacts;
    for (const coi::Address& each : readers) contacts.push_back(each.canonical());
    closing->members = std::move(readers);
    const auto with_keys = [this, closing, id = account.id, local = room.local, done](
                               const Store::Failure& failure, const std::vector<coi::autocrypt::Peer>& peers) {
        if (failure) return done(failed({coi::ErrorKind::unreachable, false, failure->what(), 0, {}}));
        Result missing;
        for (std::size_t i = 0; i < peers.size(); ++i) {
            closing->keys.push_back(coi::autocrypt::key_of(peers[i]));
            if (closing->keys.back().empty()) missing.without_key.push_back(closing->members[i]);
        }
        if (!missing.without_key.empty()) return done(std::move(missing));
        workers_.ask<Result>(Line(id, "out " + local), [closing] { return close(*closing); }, done);
    };
    own_.own_key(account.id, [this, closing, id = account.id, contacts = std::move(contacts), with_keys,
                              done](std::optional<keys::Own> own) mutable {
        if (!own) {
            Result elsewhere;
            elsewhere.is_elsewhere = true;
            return done(std::move(elsewhere));
        }
        closing->own = std::move(*own);
        keys::of_members(store_, id, std::move(contacts), with_keys);
    });
}

}  // namespace gateway
