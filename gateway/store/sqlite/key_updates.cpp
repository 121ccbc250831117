// See key_updates.h.

#include "gateway/store/sqlite/key_updates.h"

#include <utility>

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/relays.h"

namespace gateway::keys {

trust::State state_of(Database& db, AccountId account, const std::string& contact, const coi::autocrypt::Peer& peer) {
    Privacy privacy = accounts::privacy(db, account, contact);
    trust::note_keys(privacy, peer);
    return trust::state_of(privacy);
}

namespace {

constexpr std::int64_t most_hearsay = 1000;  // keys of people who are no contacts of the account

/// Applies gossip about other recipients [Autocrypt §"Updating Autocrypt Peer State from Key Gossip"]. It replaces no
/// key of a contact to whom mail is encrypted already.
std::vector<PeerKeys> take_gossip(Database& db, AccountId account, const PeerKeyUpdate& key_update) {
    std::vector<PeerKeys> changed;
    for (const auto& [header, info] : key_update.gossip) {
        const std::string reader = header.addr.canonical();
        auto peer = keys::peer(db, account, reader);
        const bool is_proven = state_of(db, account, reader, peer) >= trust::State::encrypted;
        if (is_proven && !coi::autocrypt::key_of(peer).empty()) continue;
        if (coi::autocrypt::is_revoked(peer, info.fingerprint)) continue;
        const auto before = peer;
        if (peer == coi::autocrypt::Peer{} && hearsay(db, account) >= most_hearsay) continue;
        coi::autocrypt::update_gossip(peer, header, info, key_update.seen.effective_date);
        if (peer == before) continue;
        save(db, account, reader, peer);
        changed.push_back({reader, std::move(peer)});
    }
    return changed;
}

}  // namespace

KeyUpdateResult apply(Database& db, AccountId account, const PeerKeyUpdate& key_update) {
    KeyUpdateResult result;
    result.peer = keys::peer(db, account, key_update.contact);
    const auto before = result.peer;
    result.before = coi::autocrypt::fingerprint_of(before);
    result.change = gateway::apply(result.peer, key_update, state_of(db, account, key_update.contact, before));
    if (result.peer != before) save(db, account, key_update.contact, result.peer);
    result.relays = relays::apply(db, account, key_update, result.peer);
    result.others = take_gossip(db, account, key_update);
    return result;
}

}  // namespace gateway::keys
