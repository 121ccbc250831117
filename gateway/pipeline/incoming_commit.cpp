// The last stage of an arriving mail: one commit with all that belongs to it, and what follows; see incoming.h.

#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "gateway/log.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/store/contacts.h"
#include "gateway/store/imap_cursors.h"

namespace gateway {

namespace {

/// The entry of an earlier copy that still waits for its verdict; 0 for none.
std::int64_t open_entry(Database& db, const std::optional<ids::Known>& first) {
    const auto queued = first && !first->stanza.empty() ? queue::find_stanza(db, first->stanza.value) : std::nullopt;
    return queued && queued->tentative ? queued->id : 0;
}

/// False if it was taken before. `proven`: the name that only this mail can have, see proven_name.
bool remember(Database& db, ids::Known& known, const coi::MessageId& proven) {
    bool is_new = known.message.empty() || ids::remember(db, known);
    if (!is_new && !proven.empty()) {  // a mail that does not prove as much has taken its Message-ID before
        known.message = ids::key_of(known.message, proven);
        is_new = ids::remember(db, known);
    }
    if (is_new && !proven.empty()) ids::alias(db, known.account, known.message, proven);
    return is_new;
}

}  // namespace

void IncomingPipeline::commit(std::vector<queue::Entry> entries, ids::Known known, const IncomingMail& arrival,
                              CommitExtras extras) {
    struct Outcome {
        bool duplicate = false;
        bool replayed = false;   // under another Message-ID
        bool elsewhere = false;  // the user has it by their other account
        std::int64_t open = 0;   // the entry of an earlier copy that still waits for its verdict
        KeyUpdateResult keys{};
    };
    const bool wait = entries.front().tentative;
    const bool is_report = known.message != arrival.mail.id;  // what it tells is told once, whoever tells it
    auto shared = std::make_shared<std::vector<queue::Entry>>(std::move(entries));
    auto outcome = std::make_shared<Outcome>();
    store_.commit(
        [shared, outcome, mail = std::move(known), cursor = arrival.cursor, key_update = arrival.key_update,
         proven = is_report ? coi::MessageId() : proven_name(arrival, seal_),
         copies = extras.other == AccountId{} ? ids::Copies{} : copies_of(arrival, seal_),
         contact = std::move(extras.contact), other = extras.other](Database& db) {
            if (cursor) accounts::save(db, mail.account, *cursor);
            const auto before =
                proven.empty() ? std::nullopt : ids::contact_message(db, mail.account, mail.contact, proven);
            outcome->duplicate = before.has_value();
            outcome->replayed = before && ids::said_by(before->message) != mail.message;
            if (before) return void(outcome->open = open_entry(db, before));
            ids::Known known = mail;
            const auto copy = other == AccountId{} ? std::nullopt : ids::counterpart(db, other, mail.contact, copies);
            outcome->elsewhere = copy.has_value();
            if (copy) std::tie(known.stanza, known.fingerprint) = std::pair(*copy, std::string());
            if (!remember(db, known, proven)) {
                outcome->duplicate = true;
                outcome->open = open_entry(db, ids::contact_message(db, known.account, known.contact, known.message));
                return;
            }
            if (!copy) {
                for (auto& entry : *shared) entry.id = queue::put(db, entry);
            }
            if (key_update) outcome->keys = gateway::apply(db, known.account, *key_update);
            if (contact) accounts::save(db, *contact);
        },
        [this, shared, outcome, wait, id = arrival.account, key_update = arrival.key_update,
         sender = arrival.mail.from.front().canonical(), on_commit = std::move(extras.committed),
         done = std::move(extras.done)](const Store::Failure& failure) {
            if (failure) return done({DeliveryResult::Kind::busy, "the store is not available"});
            if (outcome->replayed) log::info("an encrypted mail of {} came again under another Message-ID", sender);
            if (outcome->duplicate && wait && outcome->open != 0) {
                // The first copy's session may be long gone: its verdict is still this one's.
                return verdicts_.wait_for(outcome->open, calls_.now(), done);
            }
            if (outcome->duplicate) return done({DeliveryResult::Kind::duplicate, "it was taken before"});
            const bool met = directory_.contact(id, sender) != nullptr;
            if (key_update) applied(id, *key_update, outcome->keys);
            if (on_commit) on_commit(met);
            if (outcome->elsewhere) return done({DeliveryResult::Kind::taken, "it came by another way"});
            if (wait) verdicts_.wait_for(shared->front().id, calls_.now(), done);
            for (auto& entry : *shared) calls_.committed(std::move(entry));
            if (!wait) done({DeliveryResult::Kind::taken, ""});
        });
}

/// Memory follows the store; a key that is not the one before is told to the user.
void IncomingPipeline::applied(AccountId id, const PeerKeyUpdate& key_update, const KeyUpdateResult& keys) {
    const Account* account = directory_.find(id);
    if (!account) return;
    const auto note = [&](const coi::Address& address, const coi::autocrypt::Peer& peer) -> const Contact& {
        return directory_.change(id, address, [&](Contact& changed) { trust::note_keys(changed.privacy, peer); });
    };
    for (const auto& [reader, peer] : keys.others) {
        if (const Contact* other = directory_.contact(id, reader)) note(other->address, peer);
    }
    const Contact* met = directory_.contact(id, key_update.contact);
    if (!met && keys.change == coi::autocrypt::Change::nothing) return;
    const Contact& contact = note(met ? met->address : key_update.seen.header->addr, keys.peer);
    if (const auto news = keys.news()) calls_.other_key(*account, contact, *news);
}

}  // namespace gateway
