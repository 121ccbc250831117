// The SQL of places; see mail_places.h.
//
// The values of `seen`: 0 not read, as far as is known; 1 displayed, and the flag is to be set; 2 the mail has the
// flag; 3 displayed or out of reach, and the flag is not to be set. Those of `reported`: 0 no, 1 $MDNSent is to be set,
// 2 set.

#include "gateway/store/sqlite/mail_places.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

namespace gateway::mail_places {
namespace {

std::int64_t number(AccountId account) { return static_cast<std::int64_t>(account); }

#define ONE_MAIL " place WHERE account = ? AND folder = ? AND seen = 0 AND uid = ? AND uid_validity = ? "

/// What becomes of a contact's messages that were not read, as far as was known.
struct Changed {
    std::set<std::int64_t> seen, gone;
    bool has(std::int64_t known) const { return seen.contains(known) || gone.contains(known); }
    std::int64_t first() const {
        const auto of = [](const auto& all) {
            return all.empty() ? std::numeric_limits<std::int64_t>::max() : *all.begin();
        };
        return std::min(of(seen), of(gone));
    }
};

void find(Database& db, AccountId account, const MailsOfFolder& mails, const std::vector<std::uint32_t>& uids,
          std::set<std::int64_t> Changed::* into, std::map<std::string, Changed>& contacts) {
    for (const auto uid : uids) {
        auto row = db.query("SELECT contact, known FROM" ONE_MAIL);
        row.bind(number(account)).bind(mails.folder).bind(std::int64_t(uid)).bind(std::int64_t(mails.uid_validity));
        while (row.step()) (contacts[row.text(0)].*into).insert(row.integer(1));
    }
}

/// The first message of the contact that stays unread; the greatest number if none does.
std::int64_t first_unread(Database& db, AccountId account, const std::string& contact, const Changed& changed) {
    auto row = db.query("SELECT known FROM place WHERE account = ? AND contact = ? AND seen = 0 ORDER BY known");
    row.bind(number(account)).bind(contact);
    while (row.step()) {
        if (!changed.has(row.integer(0))) return row.integer(0);
    }
    return std::numeric_limits<std::int64_t>::max();
}

/// The last of the contact's messages before that one which is still there, if it was not known to be read before.
StanzaId last_before(Database& db, AccountId account, const std::string& contact, std::int64_t before,
                     const Changed& changed) {
    auto row = db.query(
        "SELECT k.stanza, p.known FROM place p CROSS JOIN known k WHERE k.id = p.known AND p.account = ? AND "
        "p.contact = ? AND p.known < ? ORDER BY p.known DESC");
    row.bind(number(account)).bind(contact).bind(before);
    while (row.step() && row.integer(1) >= changed.first()) {
        if (!changed.gone.contains(row.integer(1))) return {row.text(0)};
    }
    return {};
}

}  // namespace

void put(Database& db, AccountId account, const std::string& contact, const coi::MessageId& key,
         const MailPlace& place) {
    db.query(
          "INSERT INTO place (known, account, contact, folder, uid_validity, uid, seen, reported) "
          "SELECT id, account, contact, ?, ?, ?, 0, 0 FROM known WHERE message = ? AND account = ? AND contact = ? "
          "AND from_jabber = 0 ON CONFLICT (known) DO UPDATE SET folder = excluded.folder, "
          "uid_validity = excluded.uid_validity, uid = excluded.uid")
        .bind(place.folder)
        .bind(std::int64_t(place.uid_validity))
        .bind(std::int64_t(place.uid))
        .bind(key.value)
        .bind(number(account))
        .bind(contact)
        .run();
}

bool displayed(Database& db, AccountId account, const std::string& contact, const StanzaId& stanza, bool marks) {
    if (stanza.empty()) return false;
    std::int64_t last = 0;
    {
        auto row = db.query(
            "SELECT id FROM known WHERE account = ? AND contact = ? AND stanza = ? AND from_jabber = 0 "
            "ORDER BY id DESC LIMIT 1");
        if (!row.bind(number(account)).bind(contact).bind(stanza.value).step()) return false;
        last = row.integer(0);
    }
    db.query("UPDATE place SET seen = ? WHERE account = ? AND contact = ? AND seen = 0 AND known <= ?")
        .bind(std::int64_t(marks ? 1 : 3))
        .bind(number(account))
        .bind(contact)
        .bind(last)
        .run();
    return marks && db.changes() > 0;
}

bool reported(Database& db, AccountId account, const std::string& contact, const coi::MessageId& message) {
    db.query(
          "UPDATE place SET reported = 1 WHERE reported = 0 AND known = (SELECT id FROM known WHERE message = ? "
          "AND account = ? AND contact = ? AND from_jabber = 0)")
        .bind(message.value)
        .bind(number(account))
        .bind(contact)
        .run();
    return db.changes() > 0;
}

#define TO_MARK " FROM place WHERE account = ? AND (seen = 1 OR reported = 1) "

std::vector<Mark> to_mark(Database& db, AccountId account, std::size_t most) {
    std::vector<Mark> marks;
    auto row = db.query("SELECT known, folder, uid_validity, uid, seen, reported" TO_MARK "ORDER BY known LIMIT ?");
    row.bind(number(account)).bind(static_cast<std::int64_t>(most));
    while (row.step()) {
        marks.push_back(
            {row.integer(0),
             {row.text(1), static_cast<std::uint32_t>(row.integer(2)), static_cast<std::uint32_t>(row.integer(3))},
             row.integer(4) == 1,
             row.integer(5) == 1});
    }
    return marks;
}

bool any_to_mark(Database& db, AccountId account) {
    auto row = db.query("SELECT 1" TO_MARK "LIMIT 1");
    return row.bind(number(account)).step();
}

#undef TO_MARK

void marked(Database& db, const Mark& mark) {
    if (mark.is_seen) db.query("UPDATE place SET seen = 2 WHERE known = ? AND seen = 1").bind(mark.message).run();
    if (mark.is_reported)
        db.query("UPDATE place SET reported = 2 WHERE known = ? AND reported = 1").bind(mark.message).run();
}

std::vector<std::uint32_t> unread(Database& db, AccountId account, const std::string& folder,
                                  std::uint32_t uid_validity, std::size_t most) {
    std::vector<std::uint32_t> uids;
    auto row = db.query(
        "SELECT uid FROM place WHERE account = ? AND folder = ? AND seen = 0 AND uid_validity = ? "
        "ORDER BY uid DESC LIMIT ?");
    row.bind(number(account)).bind(folder).bind(std::int64_t(uid_validity)).bind(static_cast<std::int64_t>(most));
    while (row.step()) uids.push_back(static_cast<std::uint32_t>(row.integer(0)));
    return uids;
}

std::vector<ReadUpTo> read_with(Database& db, AccountId account, const MailsOfFolder& mails) {
    std::map<std::string, Changed> contacts;
    find(db, account, mails, mails.seen, &Changed::seen, contacts);
    find(db, account, mails, mails.gone, &Changed::gone, contacts);
    std::vector<ReadUpTo> read;
    for (const auto& [contact, changed] : contacts) {
        const auto unread = first_unread(db, account, contact, changed);
        if (auto stanza = last_before(db, account, contact, unread, changed); !stanza.empty())
            read.push_back({contact, std::move(stanza)});
    }
    return read;
}

void note_read(Database& db, AccountId account, const MailsOfFolder& mails) {
    const auto run = [&](const char* sql, std::uint32_t uid) {
        auto query = db.query(sql);
        query.bind(number(account)).bind(mails.folder).bind(std::int64_t(uid)).bind(std::int64_t(mails.uid_validity));
        query.run();
    };
    for (const auto uid : mails.gone) run("DELETE FROM" ONE_MAIL, uid);
    for (const auto uid : mails.seen)
        run("UPDATE place SET seen = 2 WHERE account = ? AND folder = ? AND seen = 0 AND uid = ? AND uid_validity = ?",
            uid);
}

#undef ONE_MAIL

void renumbered(Database& db, AccountId account, const std::string& folder, std::uint32_t uid_validity) {
    db.query("UPDATE place SET seen = 3 WHERE account = ? AND folder = ? AND seen = 0 AND uid_validity <> ?")
        .bind(number(account))
        .bind(folder)
        .bind(std::int64_t(uid_validity))
        .run();
}

}  // namespace gateway::mail_places
