// See key_update.h.

#include "gateway/model/key_update.h"

namespace gateway {

coi::autocrypt::Change apply(coi::autocrypt::Peer& peer, const PeerKeyUpdate& key_update, trust::State state) {
    namespace autocrypt = coi::autocrypt;
    autocrypt::Seen seen = key_update.seen;
    const auto proof = trust::proof_of(key_update.author, autocrypt::counted(peer));
    const auto answer = trust::answer(proof, state, trust::Change::key);
    const bool has_key = seen.header && seen.info;
    // Also from a report: a newer copy of a known key is its owner's.
    if (has_key && !autocrypt::copy_of(peer, seen.info->fingerprint).empty()) {
        autocrypt::renew(peer, key_update.merged_with, seen.header->key, *seen.info);
        seen.header->key = autocrypt::copy_of(peer, seen.info->fingerprint);
    }
    if (seen.is_report) return autocrypt::Change::nothing;
    if (!has_key) return answer == trust::Answer::yes ? autocrypt::update(peer, seen) : autocrypt::Change::nothing;
    const auto& fingerprint = seen.info->fingerprint;
    if (answer == trust::Answer::yes) return autocrypt::update(peer, seen);
    const bool is_used = fingerprint == autocrypt::fingerprint_of(peer);  // then the mail brings no other key
    return is_used || answer == trust::Answer::no ? autocrypt::Change::nothing
                                                  : autocrypt::offer(peer, seen.header->key, *seen.info);
}

std::optional<trust::KeyNews> KeyUpdateResult::news() const {
    if (change == coi::autocrypt::Change::replaced) return trust::KeyNews{before, peer.fingerprint, true};
    if (change == coi::autocrypt::Change::offered) return trust::KeyNews{before, peer.offered, false};
    return std::nullopt;
}

}  // namespace gateway
