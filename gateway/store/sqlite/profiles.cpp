// Profiles in SQL; see profiles.h.

#include "gateway/store/sqlite/profiles.h"

#include <optional>

#include "gateway/log.h"

namespace gateway::profiles {
namespace {

// The columns bound into the seal of the status, in this order.
#define PROFILE_COLUMNS "account, contact, picture, type, bytes, width, height, had_picture, given"
constexpr int profile_columns = 9;
constexpr std::string_view place = "profile.status";

/// A row of PROFILE_COLUMNS and status; nullopt if it does not match its seal.
std::optional<Profile> profile_of(Database& db, const Query& row) {
    auto status = open(db, row.blob(profile_columns), Binding(place).add(row, 0, profile_columns));
    if (!status) return std::nullopt;
    Profile profile;
    profile.picture.id = row.text(2);
    profile.picture.type = static_cast<PictureType>(row.integer(3));
    profile.picture.bytes = static_cast<std::uint32_t>(row.integer(4));
    profile.picture.width = static_cast<std::uint16_t>(row.integer(5));
    profile.picture.height = static_cast<std::uint16_t>(row.integer(6));
    profile.had_picture = row.integer(7) != 0;
    profile.given = row.text(8);
    profile.status = std::move(*status);
    return profile;
}

void remove(Database& db, AccountId account, const std::string& contact) {
    db.query("DELETE FROM profile WHERE account = ? AND contact = ?")
        .bind(static_cast<std::int64_t>(account))
        .bind(contact)
        .run();
}

}  // namespace

std::vector<std::pair<std::string, Profile>> of(Database& db, AccountId account) {
    std::vector<std::pair<std::string, Profile>> all;
    std::vector<std::string> damaged;
    {
        auto row = db.query("SELECT " PROFILE_COLUMNS ", status FROM profile WHERE account = ? ORDER BY contact");
        row.bind(static_cast<std::int64_t>(account));
        while (row.step()) {
            if (auto profile = profile_of(db, row)) {
                all.emplace_back(row.text(1), std::move(*profile));
            } else {
                damaged.push_back(row.text(1));
            }
        }
    }
    for (const auto& contact : damaged) {
        log::error("store: what a contact of account {} shows is damaged, and is removed",
                   static_cast<std::int64_t>(account));
        remove(db, account, contact);
    }
    return all;
}

void save(Database& db, AccountId account, const std::string& contact, const Profile& profile) {
    if (profile == Profile{}) return remove(db, account, contact);
    auto query = db.query(
        "INSERT INTO profile (account, contact, picture, type, bytes, width, height, had_picture, given, status) "
        "VALUES "
        "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (account, contact) DO UPDATE SET picture = excluded.picture, type "
        "= "
        "excluded.type, bytes = excluded.bytes, width = excluded.width, height = excluded.height, had_picture = "
        "excluded.had_picture, given = excluded.given, status = excluded.status");
    const PictureInfo& picture = profile.picture;
    Binding bound(place);
    query.bind(bound.add(static_cast<std::int64_t>(account))).bind(bound.add(contact));
    query.bind(bound.add(picture.id)).bind(bound.add(static_cast<std::int64_t>(picture.type)));
    query.bind(bound.add(std::int64_t(picture.bytes))).bind(bound.add(std::int64_t(picture.width)));
    query.bind(bound.add(std::int64_t(picture.height))).bind(bound.add(std::int64_t(profile.had_picture)));
    query.bind(bound.add(profile.given));
    query.bind_blob(close(db, profile.status, bound)).run();
}

void seal_anew(Database& db, Sealed before) {
    const SealedTable table{"SELECT id, " PROFILE_COLUMNS ", status FROM profile WHERE id > ? ORDER BY id LIMIT 1",
                            "UPDATE profile SET status = ? WHERE id = ?", place, profile_columns};
    renew_table(db, before, table, {});
}

}  // namespace gateway::profiles
