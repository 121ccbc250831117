// What an arriving mail says of its author's keys and addresses; see incoming.h.

#include <utility>

#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/interrupted.h"

namespace gateway {

/// A mail of which nothing is shown may bring a newer copy of a key: chatmail programs send theirs in a report of
/// nothing, and with a receipt now and then.
Task<DeliveryResult> IncomingPipeline::carry_keys(const IncomingMail& mail, DeliveryResult result) {
    const auto& news = mail.key_update;
    const bool is_new = news && news->seen.header && news->seen.info && news->seen.header->key != news->merged_with;
    if (!is_new || modules_.directory.contact(mail.account, news->contact) == nullptr)
        co_return skipped(mail, std::move(result));
    TakeIncoming what;
    what.known.account = mail.account;
    what.known.contact = news->contact;
    const TakenIncoming taken = co_await commit(mail, std::move(what), {});
    note_keys(mail.account, *news, taken.keys);
    co_return result;
}

/// Memory follows the store; a key that is not the one before is told to the user.
void IncomingPipeline::note_keys(AccountId id, const PeerKeyUpdate& key_update, const KeyUpdateResult& keys) {
    Directory& directory = modules_.directory;
    const Account* account = directory.find(id);
    if (!account) return;
    for (const auto& [reader, peer] : keys.others) {
        const Contact* other = directory.contact(id, reader);
        if (other == nullptr) continue;
        const auto note = [&keys_of = peer](Contact& changed) { trust::note_keys(changed.privacy, keys_of); };
        directory.change(id, other->address, note);
    }
    const Contact* met = directory.contact(id, key_update.contact);
    if (!met && keys.change == coi::autocrypt::Change::nothing) return;
    const Contact& contact =
        directory.change(id, met ? met->address : key_update.seen.header->addr, [&](Contact& changed) {
            trust::note_keys(changed.privacy, keys.peer);
            changed.relays = keys.relays;
        });
    if (const auto news = keys.news()) modules_.notices.other_key(*account, contact, *news);
}

}  // namespace gateway
