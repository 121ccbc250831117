// See take_incoming.h.

#include "gateway/store/take_incoming.h"

#include <memory>
#include <utility>

#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway {
namespace {

/// The entry of an earlier copy that still waits for its verdict; 0 for none.
std::int64_t open_entry(Database& db, const std::optional<ids::Known>& first) {
    const auto queued = first && !first->stanza.empty() ? queue::find_stanza(db, first->stanza.value) : std::nullopt;
    return queued && queued->tentative ? queued->id : 0;
}

/// False if it was taken before.
bool remember(Database& db, ids::Known& known, const coi::MessageId& proven) {
    bool is_new = known.message.empty() || ids::remember(db, known);
    if (!is_new && !proven.empty()) {  // a mail that does not prove as much has taken its Message-ID before
        known.message = ids::key_of(known.message, proven);
        is_new = ids::remember(db, known);
    }
    if (is_new && !proven.empty()) ids::alias(db, known.account, known.message, proven);
    return is_new;
}

/// What is said about a file is said about its message.
void remember_further(Database& db, ids::Known known, const StanzaId& stanza) {
    if (known.message.empty()) return;
    known.message = ids::key_of(known.message, {stanza.value});
    known.stanza = stanza;
    known.wants_receipt = false;
    known.jid.clear();  // one mail, one report
    known.fingerprint.clear();
    known.corrects = {};
    ids::remember(db, known);
}

void note_place(Database& db, const TakeIncoming& mail, const coi::MessageId& key) {
    if (mail.place) mail_places::put(db, mail.known.account, mail.known.contact, key, *mail.place);
}

/// Everything but the cursor and the entries, whose ids are set.
TakenIncoming take(Database& db, TakeIncoming& mail) {
    TakenIncoming taken;
    ids::Known known = mail.known;
    const auto before =
        mail.proven.empty() ? std::nullopt : ids::contact_message(db, known.account, known.contact, mail.proven);
    if (before) {
        taken.is_duplicate = true;
        taken.is_replay = ids::said_by(before->message) != known.message;
        taken.open = open_entry(db, before);
        note_place(db, mail, before->message);
        return taken;
    }
    const auto copy =
        mail.other == AccountId{} ? std::nullopt : ids::counterpart(db, mail.other, known.contact, mail.copies);
    if (copy && copy->open != 0 && mail.waits_for_copy) {
        taken.copy_open = copy->open;
        return taken;
    }
    taken.is_elsewhere = copy && copy->open == 0;
    if (taken.is_elsewhere) {
        known.stanza = copy->stanza;
        known.fingerprint.clear();
    }
    if (!remember(db, known, mail.proven)) {
        taken.is_duplicate = true;
        taken.open = open_entry(db, ids::contact_message(db, known.account, known.contact, known.message));
        note_place(db, mail, known.message);
        return taken;
    }
    note_place(db, mail, known.message);
    if (!taken.is_elsewhere) {
        for (auto& entry : mail.entries) entry.id = queue::put(db, entry);
    }
    for (const auto& stanza : mail.further) remember_further(db, mail.known, stanza);
    if (mail.key_update) taken.keys = keys::apply(db, known.account, *mail.key_update);
    if (mail.contact) accounts::save(db, *mail.contact);
    for (const auto& message : mail.retracted)
        ids::retract(db, {known.account, known.contact, message, {}, false, "", "", false, {}}, known.when);
    return taken;
}

}  // namespace

void take_incoming(Store& store, TakeIncoming mail, Store::Done<TakenIncoming> done) {
    struct Shared {
        TakeIncoming mail;
        TakenIncoming taken;
    };
    auto shared = std::make_shared<Shared>(Shared{std::move(mail), {}});
    Transactions(store).commit(
        [shared](Database& db) {
            const TakeIncoming& what = shared->mail;
            shared->taken = take(db, shared->mail);
            if (what.cursor && shared->taken.copy_open == 0) accounts::save(db, what.known.account, *what.cursor);
        },
        [shared, done = std::move(done)](Store::Failure failure) {
            shared->taken.entries = std::move(shared->mail.entries);
            done(std::move(failure), std::move(shared->taken));
        });
}

}  // namespace gateway
