// Pictures in SQL; see pictures.h.

#include "gateway/store/sqlite/pictures.h"

#include <utility>

#include "gateway/log.h"

namespace gateway::pictures {
namespace {

constexpr std::string_view place = "picture.image";
constexpr int bound_columns = 2;

}  // namespace

std::optional<Picture> read(Database& db, AccountId account, const std::string& contact) {
    std::optional<std::string> image;
    {
        auto row = db.query("SELECT account, contact, image FROM picture WHERE account = ? AND contact = ?");
        if (!row.bind(static_cast<std::int64_t>(account)).bind(contact).step()) return std::nullopt;
        image = open(db, row.blob(bound_columns), Binding(place).add(row, 0, bound_columns));
    }
    auto picture = image ? picture_of(std::move(*image)) : coi::Result<Picture>(coi::malformed("a broken seal"));
    if (picture) return std::move(*picture);
    log::error("store: a picture of account {} is damaged, and is removed", static_cast<std::int64_t>(account));
    remove(db, account, contact);
    return std::nullopt;
}

void save(Database& db, AccountId account, const std::string& contact, const Picture& picture) {
    Binding bound(place);
    auto query = db.query(
        "INSERT INTO picture (account, contact, image) SELECT id, ?, ? FROM account WHERE id = ? ON CONFLICT (account, "
        "contact) DO UPDATE SET image = excluded.image");
    bound.add(static_cast<std::int64_t>(account));
    query.bind(bound.add(contact));
    query.bind_blob(close(db, picture.bytes, bound)).bind(static_cast<std::int64_t>(account)).run();
}

void remove(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM picture WHERE account = ? AND contact = ?")
        .bind(static_cast<std::int64_t>(account))
        .bind(contact)
        .run();
}

void seal_anew(Database& db, Sealed before) {
    const SealedTable table{"SELECT id, account, contact, image FROM picture WHERE id > ? ORDER BY id LIMIT 1",
                            "UPDATE picture SET image = ? WHERE id = ?", place, bound_columns};
    renew_table(db, before, table, {});
}

}  // namespace gateway::pictures
