// The operations on rooms; see rooms.h.

#include "gateway/store/rooms.h"

#include <memory>
#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/imap_cursors.h"
#include "gateway/store/sqlite/key_updates.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/rooms.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::rooms {
namespace {

/// Whether it was taken before, by any of its names.
bool is_known(Database& db, const Take& what) {
    if (!what.known) return false;
    const auto& known = *what.known;
    const bool is_copy =
        !what.proven.empty() && ids::contact_message(db, known.account, known.contact, what.proven).has_value();
    return is_copy || (!known.message.empty() &&
                       ids::contact_message(db, known.account, known.contact, known.message).has_value());
}

Taken taken_in(Database& db, const Take& what) {
    Taken taken;
    taken.room = what.room;
    if (is_known(db, what)) {
        taken.is_duplicate = true;
        return taken;
    }
    if (what.room.id == RoomId{})
        taken.room.id = insert(db, what.room);
    else if (what.is_changed)
        save(db, what.room);
    if (what.known && !what.known->message.empty()) {
        ids::remember(db, *what.known);
        if (!what.proven.empty()) ids::alias(db, what.known->account, what.known->message, what.proven);
    }
    if (!what.room.last.empty()) note_last(db, taken.room.id, what.room.last);
    taken.said = what.said;
    for (Said& one : taken.said) one.number = put(db, taken.room.id, one);
    if (!taken.said.empty()) trim(db, taken.room.id, what.kept);
    taken.entry = what.entry;
    if (taken.entry) taken.entry->id = queue::put(db, *taken.entry);
    if (what.key_update) taken.keys = keys::apply(db, what.room.account, *what.key_update);
    return taken;
}

}  // namespace

void count(Store& store, AccountId account, Store::Done<std::int64_t> done) {
    Transactions(store).ask([account](Database& db) { return count(db, account); }, std::move(done));
}

void all(Store& store, AccountId account, Store::Done<std::vector<Room>> done) {
    Transactions(store).ask([account](Database& db) { return all(db, account); }, std::move(done));
}

void by_local(Store& store, std::string local, Store::Done<std::optional<Room>> done) {
    Transactions(store).ask([local = std::move(local)](Database& db) { return by_local(db, local); }, std::move(done));
}

void of_group(Store& store, AccountId account, coi::Group::Kind kind, std::string group,
              Store::Done<std::optional<Room>> done) {
    Transactions(store).ask(
        [account, kind, group = std::move(group)](Database& db) { return of_group(db, account, kind, group); },
        std::move(done));
}

void of_message(Store& store, AccountId account, std::vector<coi::MessageId> named,
                Store::Done<std::optional<Room>> done) {
    Transactions(store).ask(
        [account, named = std::move(named)](Database& db) -> std::optional<Room> {
            for (const auto& message : named) {
                const auto known = ids::by_message(db, account, message);
                auto room = known ? by_local(db, known->contact) : std::nullopt;
                if (room && room->account == account) return room;
            }
            return std::nullopt;
        },
        std::move(done));
}

void author_of(Store& store, const Room& room, coi::MessageId message, Store::Done<std::string> done) {
    Transactions(store).ask(
        [account = room.account, local = room.local, message = std::move(message)](Database& db) {
            const auto known = ids::contact_message(db, account, local, message);
            return known ? known->jid : std::string();
        },
        std::move(done));
}

void history(Store& store, RoomId room, std::size_t most, Store::Done<std::vector<Said>> done) {
    Transactions(store).ask([room, most](Database& db) { return history(db, room, most); }, std::move(done));
}

void take(Store& store, Take what, Store::Done<Taken> done) {
    auto shared = std::make_shared<const Take>(std::move(what));
    Transactions(store).ask(
        [shared](Database& db) {
            Taken taken = taken_in(db, *shared);
            if (shared->cursor) accounts::save(db, shared->room.account, *shared->cursor);
            return taken;
        },
        std::move(done));
}

}  // namespace gateway::rooms
