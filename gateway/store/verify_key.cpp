// See verify_key.h.

#include "gateway/store/verify_key.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/relays.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {
namespace {

namespace securejoin = coi::securejoin;

/// The present state of this invite: another mail may have changed it.
template <class Kept>
std::optional<Kept> again(const std::vector<Kept>& kept, const securejoin::Invite& invite) {
    for (const auto& one : kept) {
        if (one.invite == invite) return one;
    }
    return std::nullopt;
}

/// Marks the invite as used by that key; false if another one has used it meanwhile.
bool use(Database& db, AccountId id, const securejoin::Invite& invite, const coi::openpgp::Fingerprint& by) {
    auto offer = again(keys::offers(db, id), invite);
    if (!offer || (!offer->used_by.empty() && offer->used_by != by)) return false;
    offer->used_by = by;
    keys::save(db, id, *offer);
    return true;
}

bool answered(Database& db, AccountId id, const securejoin::Invite& invite) {
    auto joining = again(keys::joinings(db, id, invite.address.canonical()), invite);
    if (!joining || joining->answered) return false;
    joining->answered = true;
    keys::save(db, id, *joining);
    return true;
}

/// Everything but the answer.
VerifiedKey verify(Database& db, AccountId id, const VerifyKey& step) {
    const auto& [invite, as_inviter, key_update, answer] = step;
    VerifiedKey result;
    auto& peer = result.peer;
    peer = keys::peer(db, id, key_update.contact);
    const auto& info = *key_update.seen.info;
    const auto used = coi::autocrypt::fingerprint_of(peer);
    const auto counted = coi::autocrypt::counted(peer);
    auto proof = trust::proof_of(key_update.author, counted);
    if (!as_inviter) proof = std::max(proof, trust::Proof::invite);
    const auto state = keys::state_of(db, id, key_update.contact, peer);
    if (trust::answer(proof, state, trust::Change::verified_key) != trust::Answer::yes) {
        if (coi::autocrypt::offer(peer, key_update.seen.header->key, info) == coi::autocrypt::Change::offered)
            keys::save(db, id, key_update.contact, peer);
        result.news = trust::KeyNews{used, info.fingerprint, false};
        return result;
    }
    if (coi::autocrypt::is_revoked(peer, info.fingerprint)) return result;
    if (!(as_inviter ? use(db, id, invite, info.fingerprint) : answered(db, id, invite))) return result;
    if (!counted.empty() && counted != info.fingerprint) result.news = trust::KeyNews{used, info.fingerprint, true};
    coi::autocrypt::verify(peer, key_update.seen, key_update.merged_with);
    keys::save(db, id, key_update.contact, peer);
    result.relays = relays::apply(db, id, key_update, peer);
    result.is_verified = true;
    return result;
}

}  // namespace

void verify_key(Store& store, AccountId id, VerifyKey step, Store::Done<VerifiedKey> done) {
    struct Shared {
        VerifyKey step;
        VerifiedKey result;
    };
    auto shared = std::make_shared<Shared>(Shared{std::move(step), {}});
    Transactions(store).commit(
        [id, shared](Database& db) {
            shared->result = verify(db, id, shared->step);
            if (shared->result.is_verified) shared->step.answer.id = queue::put(db, shared->step.answer);
        },
        [shared, done = std::move(done)](Store::Failure failure) {
            shared->result.answer = std::move(shared->step.answer);
            done(std::move(failure), std::move(shared->result));
        });
}

}  // namespace gateway
