// Rooms in SQL; see rooms.h. The sealed state is JSON.

#include "gateway/store/sqlite/rooms.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

namespace gateway::rooms {
namespace {

namespace json = boost::json;
using Seconds = std::chrono::sys_seconds;

// The columns bound into the seals of the two tables, in this order.
#define ROOM_COLUMNS "account, local, kind, name_in_mail"
#define SAID_COLUMNS "room, number, time, stanza"
constexpr int room_columns = 4, said_columns = 4;
constexpr std::string_view room_place = "room.state", said_place = "said.xml";

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }
std::int64_t number(RoomId room) { return static_cast<std::int64_t>(room); }
std::int64_t number(Seconds time) { return time.time_since_epoch().count(); }

json::object print(const RoomMember& member) {
    return {{"name", member.address.name},   {"local", member.address.local}, {"domain", member.address.domain},
            {"added", number(member.added)}, {"left", number(member.left)},   {"key", member.fingerprint},
            {"nick", member.nick},           {"looks", member.looks}};
}

std::string print(const Room& room) {
    json::array others;
    for (const auto& each : room.others) others.push_back(print(each));
    return json::serialize(json::object{{"name", room.name},
                                        {"named", number(room.named)},
                                        {"description", room.description},
                                        {"described", number(room.described)},
                                        {"encrypted", room.is_encrypted},
                                        {"user", print(room.user)},
                                        {"others", std::move(others)}});
}

std::string text_of(const json::value& from, const char* name) { return std::string(from.at(name).as_string()); }
Seconds time_of(const json::value& from, const char* name) {
    return Seconds(std::chrono::seconds(from.at(name).to_number<std::int64_t>()));
}

RoomMember read_member(const json::value& from) {
    return {{text_of(from, "name"), text_of(from, "local"), text_of(from, "domain")},
            time_of(from, "added"),
            time_of(from, "left"),
            text_of(from, "key"),
            text_of(from, "nick"),
            from.at("looks").to_number<std::uint32_t>()};
}

/// False if it was not written by print().
bool read_state(const std::string& state, Room& room) try {
    const json::value from = json::parse(state);
    room.name = text_of(from, "name");
    room.named = time_of(from, "named");
    room.description = text_of(from, "description");
    room.described = time_of(from, "described");
    room.is_encrypted = from.at("encrypted").as_bool();
    room.user = read_member(from.at("user"));
    for (const auto& each : from.at("others").as_array()) room.others.push_back(read_member(each));
    return true;
} catch (const std::exception&) {
    return false;
}

/// The rooms of a query: the bound columns, the state, the id.
std::vector<Room> rooms_of(Database& db, Query& row) {
    std::vector<Room> found;
    std::vector<std::tuple<std::int64_t, std::int64_t, std::string>> damaged;  // id, account, content
    while (row.step()) {
        const std::int64_t id = row.integer(room_columns + 1);
        const auto state = open(db, row.blob(room_columns), Binding(room_place).add(row, 0, room_columns));
        Room room;
        room.id = RoomId{id};
        room.account = AccountId{row.integer(0)};
        room.local = row.text(1);
        room.kind = static_cast<coi::Group::Kind>(row.integer(2));
        room.group = row.text(3);
        if (state && read_state(*state, room))
            found.push_back(std::move(room));
        else
            damaged.emplace_back(id, row.integer(0), row.print());
    }
    for (Room& room : found) {
        auto last = db.query("SELECT message FROM room_last WHERE room = ?");
        if (last.bind(number(room.id)).step()) room.last = {last.text(0)};
    }
    for (const auto& [id, account, content] : damaged) {
        damaged::keep(db, account, "room " + std::to_string(id), content);
        db.query("DELETE FROM room WHERE id = ?").bind(id).run();
    }
    return found;
}

std::optional<Room> first(std::vector<Room> rooms) {
    return rooms.empty() ? std::nullopt : std::optional(std::move(rooms.front()));
}

std::string sealed_state(Database& db, const Room& room, Query& query) {
    Binding bound(room_place);
    query.bind(bound.add(number(room.account))).bind(bound.add(room.local));
    query.bind(bound.add(static_cast<std::int64_t>(room.kind))).bind(bound.add(room.group));
    return close(db, print(room), bound);
}

}  // namespace

RoomId insert(Database& db, const Room& room) {
    auto query = db.query("INSERT INTO room (account, local, kind, name_in_mail, state) VALUES (?, ?, ?, ?, ?)");
    query.bind_blob(sealed_state(db, room, query)).run();
    return RoomId{db.last_id()};
}

void save(Database& db, const Room& room) {
    auto query = db.query("UPDATE room SET account = ?, local = ?, kind = ?, name_in_mail = ?, state = ? WHERE id = ?");
    query.bind_blob(sealed_state(db, room, query)).bind(number(room.id)).run();
}

void note_last(Database& db, RoomId room, const coi::MessageId& message) {
    db.query(
          "INSERT INTO room_last (room, message) VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET message = "
          "excluded.message")
        .bind(number(room))
        .bind(message.value)
        .run();
}

std::int64_t count(Database& db, AccountId account) {
    auto row = db.query("SELECT count(*) FROM room WHERE account = ?");
    return row.bind(number(account)).step() ? row.integer(0) : 0;
}

std::vector<Room> all(Database& db, AccountId account) {
    auto row = db.query("SELECT " ROOM_COLUMNS ", state, id FROM room WHERE account = ?");
    row.bind(number(account));
    return rooms_of(db, row);
}

std::optional<Room> by_local(Database& db, const std::string& local) {
    auto row = db.query("SELECT " ROOM_COLUMNS ", state, id FROM room WHERE local = ?");
    row.bind(local);
    return first(rooms_of(db, row));
}

std::optional<Room> of_group(Database& db, AccountId account, coi::Group::Kind kind, const std::string& group) {
    auto row =
        db.query("SELECT " ROOM_COLUMNS ", state, id FROM room WHERE account = ? AND kind = ? AND name_in_mail = ?");
    row.bind(number(account)).bind(static_cast<std::int64_t>(kind)).bind(group);
    return first(rooms_of(db, row));
}

std::int64_t put(Database& db, RoomId room, const Said& said) {
    std::int64_t next = 1;
    {
        auto row = db.query("SELECT max(number) FROM said WHERE room = ?");
        if (row.bind(number(room)).step()) next = row.integer(0) + 1;
    }
    auto query = db.query("INSERT INTO said (room, number, time, stanza, xml) VALUES (?, ?, ?, ?, ?)");
    Binding bound(said_place);
    query.bind(bound.add(number(room))).bind(bound.add(next));
    query.bind(bound.add(std::int64_t(said.when.time_since_epoch().count()))).bind(bound.add(said.stanza.value));
    query.bind_blob(close(db, said.xml, bound)).run();
    return next;
}

std::vector<Said> history(Database& db, RoomId room, std::size_t most) {
    std::vector<Said> found;
    auto row = db.query("SELECT " SAID_COLUMNS ", xml FROM said WHERE room = ? ORDER BY number DESC LIMIT ?");
    row.bind(number(room)).bind(static_cast<std::int64_t>(most));
    while (row.step()) {
        auto xml = open(db, row.blob(said_columns), Binding(said_place).add(row, 0, said_columns));
        if (xml)  // one that is damaged is not shown
            found.push_back(
                {row.integer(1), Time(std::chrono::milliseconds(row.integer(2))), {row.text(3)}, std::move(*xml)});
    }
    std::ranges::reverse(found);
    return found;
}

void trim(Database& db, RoomId room, std::size_t kept) {
    db.query("DELETE FROM said WHERE room = ? AND number <= (SELECT max(number) FROM said WHERE room = ?) - ?")
        .bind(number(room))
        .bind(number(room))
        .bind(static_cast<std::int64_t>(kept))
        .run();
}

void seal_rooms_anew(Database& db, Sealed before) {
    const auto none = [](const Query&) { return std::string(); };
    renew_table(db, before,
                {"SELECT id, " ROOM_COLUMNS ", state FROM room WHERE id > ? ORDER BY id LIMIT 1",
                 "UPDATE room SET state = ? WHERE id = ?", room_place, room_columns},
                none);
    renew_table(db, before,
                {"SELECT id, " SAID_COLUMNS ", xml FROM said WHERE id > ? ORDER BY id LIMIT 1",
                 "UPDATE said SET xml = ? WHERE id = ?", said_place, said_columns},
                none);
}

}  // namespace gateway::rooms
