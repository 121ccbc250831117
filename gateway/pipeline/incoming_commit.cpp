// The last stage of an arriving mail: one commit with all that belongs to it, and what follows; see incoming.h.

#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "gateway/encryption/otr_messages.h"
#include "gateway/log.h"
#include "gateway/pipeline/duplicates.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/standing.h"
#include "gateway/store/contacts.h"
#include "gateway/store/imap_cursors.h"
#include "gateway/translate/conversation.h"

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

Task<IncomingPipeline::Outcome> IncomingPipeline::commit(const IncomingMail& mail, Commit& what, Turn turn) {
    const bool is_report = what.known.message != mail.mail.id;  // what it tells is told once, whoever tells it
    const auto entries = std::make_shared<std::vector<queue::Entry>>(std::move(what.entries));
    const auto outcome = std::make_shared<Outcome>();
    const auto failure = co_await called_back<Store::Failure>([&](auto done) {
        modules_.store.commit(
            [entries, outcome, mail = what.known, cursor = mail.cursor, key_update = mail.key_update,
             proven = is_report ? coi::MessageId() : proven_name(mail, seal_),
             copies = what.other == AccountId{} ? ids::Copies{} : copies_of(mail, seal_), contact = what.contact,
             other = what.other](Database& db) {
                if (cursor) accounts::save(db, mail.account, *cursor);
                const auto before =
                    proven.empty() ? std::nullopt : ids::contact_message(db, mail.account, mail.contact, proven);
                outcome->duplicate = before.has_value();
                outcome->replayed = before && ids::said_by(before->message) != mail.message;
                if (before) return void(outcome->open = open_entry(db, before));
                ids::Known known = mail;
                const auto copy =
                    other == AccountId{} ? std::nullopt : ids::counterpart(db, other, mail.contact, copies);
                outcome->elsewhere = copy.has_value();
                if (copy) std::tie(known.stanza, known.fingerprint) = std::pair(*copy, std::string());
                if (!remember(db, known, proven)) {
                    outcome->duplicate = true;
                    outcome->open =
                        open_entry(db, ids::contact_message(db, known.account, known.contact, known.message));
                    return;
                }
                if (!copy) {
                    for (auto& entry : *entries) entry.id = queue::put(db, entry);
                }
                if (key_update) outcome->keys = gateway::apply(db, known.account, *key_update);
                if (contact) accounts::save(db, *contact);
            },
            std::move(done));
        turn.reset();  // the next message of the conversation finds this one in the store
    });
    if (failure) throw StoreUnavailable();
    what.entries = std::move(*entries);
    co_return std::move(*outcome);
}

/// Commits, and gives the entries to the scheduler. `message`: what the mail says, if it is a message.
Task<DeliveryResult> IncomingPipeline::hand_over(const IncomingMail& mail, Commit what, const Event* message,
                                                 Turn turn) {
    const bool wait = what.entries.front().tentative;
    const Outcome outcome = co_await commit(mail, what, std::move(turn));
    if (outcome.replayed) {
        log::info("an encrypted mail of {} came again under another Message-ID", mail.mail.from.front().canonical());
    }
    if (outcome.duplicate && wait && outcome.open != 0) {
        // The first copy's session may be long gone: its verdict is still this one's.
        co_return co_await called_back<DeliveryResult>(
            [&](auto done) { modules_.verdicts.wait_for(outcome.open, modules_.now(), std::move(done)); });
    }
    if (outcome.duplicate) co_return DeliveryResult{DeliveryResult::Kind::duplicate, "it was taken before"};

    // The conversation knows of a mail before its stanza leaves: a quick answer comes before the server's proof that
    // it took the stanza.
    const bool is_met = modules_.directory.contact(mail.account, mail.mail.from.front().canonical()) != nullptr;
    if (mail.key_update) note_keys(mail.account, *mail.key_update, outcome.keys);
    const auto change = message ? note_message(mail, *message, is_met) : std::nullopt;
    DeliveryResult verdict;
    if (outcome.elsewhere) {
        verdict.reason = "it came by another way";
    } else if (wait) {
        verdict = co_await called_back<DeliveryResult>([&](auto done) {
            modules_.verdicts.wait_for(what.entries.front().id, modules_.now(), std::move(done));
            for (auto& entry : what.entries) modules_.to_jabber.committed(std::move(entry));
        });
    } else {
        for (auto& entry : what.entries) modules_.to_jabber.committed(std::move(entry));
    }
    if (change) conclude(mail, *change, verdict);
    co_return verdict;
}

std::optional<IncomingPipeline::ContactChange> IncomingPipeline::note_message(const IncomingMail& mail,
                                                                              const Event& message, bool is_met) {
    Directory& directory = modules_.directory;
    const coi::Address& writer = mail.mail.from.front();
    if (directory.find(mail.account) == nullptr) return std::nullopt;
    ContactChange change;
    change.met = is_met;
    change.before = directory.known_or_new(mail.account, writer);
    Event read = message;
    change.after = directory.change(mail.account, writer, [&](Contact& known) {
        note_read(mail.mail, read, known, {mail.proof(), mail.protection.encrypted});
        note_standing(mail, known.privacy);
    });
    return change;
}

/// A mail that is not taken taught nothing: tried again, it says all that it said before.
void IncomingPipeline::conclude(const IncomingMail& mail, const ContactChange& change, const DeliveryResult& verdict) {
    Directory& directory = modules_.directory;
    const auto& [met, before, after] = change;
    const Contact* known = directory.contact(mail.account, after.canonical);
    if (known == nullptr) return;
    if (verdict.kind == DeliveryResult::Kind::taken || verdict.kind == DeliveryResult::Kind::open) {
        const Account& account = *directory.find(mail.account);
        if (after.privacy.encrypted && !before.privacy.encrypted) modules_.notices.encrypted(account, *known);
        if (after.privacy.tunnel_offered == before.privacy.tunnel_offered) return;
        if (const auto words = otr_messages::tunnel_offered(*known, account.lang))
            modules_.notices.tell(account, *words);
    } else if (*known == after && met) {
        directory.change(mail.account, before.address, [&](Contact& changed) { changed = before; });
    } else if (*known == after) {
        directory.remove_contact(mail.account, before.canonical);
    }
}

/// Memory follows the store; a key that is not the one before is told to the user.
void IncomingPipeline::note_keys(AccountId id, const PeerKeyUpdate& key_update, const KeyUpdateResult& keys) {
    Directory& directory = modules_.directory;
    const Account* account = directory.find(id);
    if (!account) return;
    const auto note = [&](const coi::Address& address, const coi::autocrypt::Peer& peer) -> const Contact& {
        return directory.change(id, address, [&](Contact& changed) { trust::note_keys(changed.privacy, peer); });
    };
    for (const auto& [reader, peer] : keys.others) {
        if (const Contact* other = directory.contact(id, reader)) note(other->address, peer);
    }
    const Contact* met = directory.contact(id, key_update.contact);
    if (!met && keys.change == coi::autocrypt::Change::nothing) return;
    const Contact& contact = note(met ? met->address : key_update.seen.header->addr, keys.peer);
    if (const auto news = keys.news()) modules_.notices.other_key(*account, contact, *news);
}

}  // namespace gateway
