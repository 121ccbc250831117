// Binding rows to seals, setting rows aside, and sealing everything again; see sealed.h.

#include "gateway/store/sqlite/sealed.h"

#include <array>
#include <bit>
#include <chrono>

#include "gateway/log.h"
#include "gateway/store/sqlite/accounts.h"
#include "gateway/store/sqlite/contacts.h"
#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/invites.h"
#include "gateway/store/sqlite/keys.h"
#include "gateway/store/sqlite/omemo_keys.h"
#include "gateway/store/sqlite/otr_keys.h"
#include "gateway/store/sqlite/pictures.h"
#include "gateway/store/sqlite/profiles.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/relays.h"
#include "gateway/store/sqlite/rooms.h"

namespace gateway {

namespace {

/// Little-endian.
void add_number(std::string& to, std::uint64_t number) {
    std::array<char, sizeof number> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(number >> (8 * i) & 0xff);
    to.append(bytes.data(), bytes.size());
}

}  // namespace

std::int64_t Binding::add(std::int64_t number) {
    bytes_ += 'i';
    add_number(bytes_, std::bit_cast<std::uint64_t>(number));
    return number;
}

void Binding::add_text(char type, std::string_view text) {
    bytes_ += type;
    add_number(bytes_, std::uint64_t{text.size()});
    bytes_ += text;
}

std::string_view Binding::add(std::string_view text) {
    add_text('t', text);
    return text;
}

std::string_view Binding::add_blob(std::string_view bytes) {
    add_text('b', bytes);
    return bytes;
}

Binding& Binding::add(const Query& row, int first, int count) {
    for (int column = first; column < first + count; ++column) {
        switch (row.type(column)) {
            case Query::Type::integer:
                add(row.integer(column));
                break;
            case Query::Type::text:
                add(row.text(column));
                break;
            case Query::Type::blob:
                add_blob(row.blob(column));
                break;
            case Query::Type::null:
                add_null();
                break;
            case Query::Type::other:  // no column of the schema has such a value
                bytes_ += '?';
                break;
        }
    }
    return *this;
}

std::string close(Database& db, std::string_view plain, const Binding& row) {
    return db.seal().close(plain, row.bytes());
}

std::optional<std::string> open(Database& db, std::string_view sealed, const Binding& row) {
    try {
        return db.seal().open(sealed, row.bytes());
    } catch (const StoreError&) {
        return std::nullopt;
    }
}

Renewed renew(Database& db, std::string_view sealed, const Binding& row, Sealed before, const std::string* by_number) {
    const bool bound = before == Sealed::by_row;
    try {
        if (!bound && by_number == nullptr) return {close(db, "", row)};
        const std::string plain = db.seal().open(sealed, bound ? row.bytes() : *by_number);
        if (bound && db.seal().is_current(sealed)) return {};
        return {close(db, plain, row)};
    } catch (const StoreError&) {
        return {std::nullopt, true};
    }
}

void renew_table(Database& db, Sealed before, const SealedTable& table,
                 const std::function<std::string(const Query&)>& by_number) {
    std::int64_t id = -1;
    for (;;) {
        Renewed renewed;
        {
            auto row = db.query(table.next);
            if (!row.bind(id).step()) return;
            const auto bound = Binding(table.place).add(row, 1, table.columns);
            id = row.integer(0);
            const std::string number_only = by_number ? by_number(row) : "";
            renewed = renew(db, row.blob(table.columns + 1), bound, before, by_number ? &number_only : nullptr);
        }
        if (renewed.blob) db.query(table.update).bind_blob(*renewed.blob).bind(id).run();
    }
}

void seal_anew(Database& db, Sealed before) {
    accounts::seal_anew(db, before);
    accounts::seal_contacts_anew(db, before);
    keys::seal_anew(db, before);
    keys::seal_invites_anew(db, before);
    keys::seal_otr_anew(db, before);
    keys::seal_omemo_anew(db, before);
    queue::seal_anew(db, before);
    ids::seal_anew(db, before);
    profiles::seal_anew(db, before);
    pictures::seal_anew(db, before);
    relays::seal_anew(db, before);
    rooms::seal_rooms_anew(db, before);
}

namespace damaged {

void keep(Database& db, std::int64_t account, const std::string& what, const std::string& content) {
    log::error(
        "store: {} (account {}) does not match its seal: it is damaged, or was changed by somebody else. It is "
        "set aside and not used",
        what, account);
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    db.query("INSERT INTO damaged (account, what, time, content) VALUES (?, ?, ?, ?)")
        .bind(account)
        .bind(what)
        .bind(std::int64_t(now.time_since_epoch().count()))
        .bind(content)
        .run();
}

std::vector<Row> of(Database& db, std::int64_t account) {
    std::vector<Row> rows;
    auto row = db.query("SELECT what, time FROM damaged WHERE account = ? ORDER BY id LIMIT 100");
    row.bind(account);
    while (row.step()) rows.push_back({row.text(0), row.integer(1)});
    return rows;
}

void forget_account(Database& db, std::int64_t account) {
    db.query("DELETE FROM damaged WHERE account = ?").bind(account).run();
}

}  // namespace damaged

}  // namespace gateway
