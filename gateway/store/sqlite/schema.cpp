// The schema's steps, and the key check; see schema.h.
//
// Times are milliseconds since 1970, UTC. Payloads have a table of their own: a retry rewrites a small row, not a large
// mail. Queue ids are never reused (AUTOINCREMENT), so a late "done" cannot hit another entry. queue and known have
// account numbers without a foreign key: messages of the gateway itself belong to no account (0).

#include "gateway/store/sqlite/schema.h"

#include <array>
#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "gateway/store/sqlite/folded_names.h"
#include "gateway/store/sqlite/sealed.h"

namespace gateway::schema {
namespace {

struct Step {
    const char* name;
    const char* sql;
    bool binds =
        false;  // after this step all rows are sealed again, bound to their fields (gateway/store/sqlite/sealed)
};

constexpr std::array<Step, 19> steps{{{"first tables", R"sql(
CREATE TABLE setting (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL);
CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL, jid TEXT NOT NULL,
    name TEXT NOT NULL, local TEXT NOT NULL, domain TEXT NOT NULL,
    login BLOB, -- sealed
    take INTEGER NOT NULL, sent_copy INTEGER NOT NULL, lang TEXT NOT NULL,
    UNIQUE (jid, kind));
CREATE TABLE contact (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    canonical TEXT NOT NULL,
    name TEXT NOT NULL, local TEXT NOT NULL, domain TEXT NOT NULL,
    dialect INTEGER NOT NULL, written_to INTEGER NOT NULL, subscribed INTEGER NOT NULL, subject_shown INTEGER NOT NULL,
    subject BLOB, -- sealed
    last_in TEXT NOT NULL, last_out TEXT NOT NULL, timer INTEGER NOT NULL,
    PRIMARY KEY (account, canonical)) WITHOUT ROWID;
CREATE TABLE folder (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    name TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL,
    PRIMARY KEY (account, name)) WITHOUT ROWID;
CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    leg INTEGER NOT NULL, account INTEGER NOT NULL, contact TEXT NOT NULL,
    name TEXT NOT NULL, origin TEXT NOT NULL, origin_id TEXT NOT NULL, lang TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL,
    taken INTEGER NOT NULL, next INTEGER NOT NULL, expires INTEGER NOT NULL,
    attempts INTEGER NOT NULL, delay_told INTEGER NOT NULL, held INTEGER NOT NULL, last_error TEXT NOT NULL);
CREATE INDEX queue_line ON queue (account, contact, leg);
CREATE INDEX queue_name ON queue (name);
CREATE TABLE payload (
    id INTEGER PRIMARY KEY REFERENCES queue (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL); -- sealed
CREATE TABLE known (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL, contact TEXT NOT NULL, message TEXT NOT NULL, from_jabber INTEGER NOT NULL,
    stanza TEXT NOT NULL, jid TEXT NOT NULL, lang TEXT NOT NULL, wants_receipt INTEGER NOT NULL, time INTEGER NOT NULL);
CREATE UNIQUE INDEX known_message ON known (message, account, contact, from_jabber);
CREATE INDEX known_stanza ON known (account, contact, stanza);
CREATE INDEX known_time ON known (time);
CREATE TABLE alias (
    message TEXT NOT NULL, known INTEGER NOT NULL REFERENCES known (id) ON DELETE CASCADE,
    PRIMARY KEY (message, known)) WITHOUT ROWID;
CREATE INDEX alias_known ON alias (known);
)sql"},
                                      {"encryption", R"sql(
ALTER TABLE account ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN key_holder INTEGER NOT NULL DEFAULT 0; -- of mailboxes linked before: to be looked through
UPDATE account SET key_holder = 1 WHERE kind = 1; -- a relay's address is nobody else's
ALTER TABLE contact ADD COLUMN policy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contact ADD COLUMN privacy INTEGER NOT NULL DEFAULT 0; -- bits, see accounts.cpp
CREATE TABLE own_key (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret BLOB NOT NULL, -- sealed
    fingerprint TEXT NOT NULL);
CREATE TABLE peer_key (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    last_seen INTEGER, autocrypt_timestamp INTEGER, gossip_timestamp INTEGER, -- seconds since 1970
    mutual INTEGER NOT NULL,
    key BLOB NOT NULL, fingerprint TEXT NOT NULL, gossip_key BLOB NOT NULL, gossip_fingerprint TEXT NOT NULL,
    verified_key BLOB NOT NULL, verified TEXT NOT NULL,
    PRIMARY KEY (account, contact));
CREATE TABLE invite (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL, -- "" for one of ours
    number TEXT NOT NULL,
    secret BLOB NOT NULL, -- the whole invite, sealed
    expires INTEGER NOT NULL, -- seconds since 1970
    used_by TEXT NOT NULL, -- of ours: the fingerprint that it verified; "" for none yet
    answered INTEGER NOT NULL, -- of others: our secret is sent
    PRIMARY KEY (account, contact, number));
CREATE TABLE otr_identity (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret BLOB NOT NULL); -- sealed
CREATE TABLE otr_peer (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL, fingerprint TEXT NOT NULL, trust TEXT NOT NULL,
    PRIMARY KEY (account, contact, fingerprint)) WITHOUT ROWID;
)sql"},
                                      {"stanzas by name", R"sql(
DROP INDEX queue_name; -- mail is never looked for by its name
CREATE INDEX queue_stanza ON queue (name) WHERE leg = 1;
)sql"},
                                      {"threads and copies", R"sql(
ALTER TABLE contact ADD COLUMN thread TEXT NOT NULL DEFAULT '';
ALTER TABLE known ADD COLUMN print BLOB NOT NULL DEFAULT x'';
CREATE INDEX known_print ON known (account, print) WHERE print <> x'';
)sql"},
                                      {"invites by their end", R"sql(
CREATE INDEX invite_expires ON invite (expires);
)sql"},
                                      {"rows bound to their seals", R"sql(
ALTER TABLE account ADD COLUMN state INTEGER NOT NULL DEFAULT 0; -- bits, see accounts.cpp
ALTER TABLE account ADD COLUMN mark BLOB NOT NULL DEFAULT x'';
ALTER TABLE peer_key ADD COLUMN mark BLOB NOT NULL DEFAULT x'';
ALTER TABLE otr_peer ADD COLUMN mark BLOB NOT NULL DEFAULT x'';
ALTER TABLE known ADD COLUMN mark BLOB NOT NULL DEFAULT x'';
CREATE TABLE damaged ( -- rows that did not match their seal
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL, what TEXT NOT NULL, time INTEGER NOT NULL,
    content TEXT NOT NULL); -- the row as it was, for people
CREATE INDEX damaged_account ON damaged (account);
)sql",
                                       true},
                                      {"offered keys", R"sql(
ALTER TABLE peer_key ADD COLUMN offered_key BLOB NOT NULL DEFAULT x''; -- waits for the user's word
ALTER TABLE peer_key ADD COLUMN offered TEXT NOT NULL DEFAULT '';
ALTER TABLE peer_key ADD COLUMN revoked TEXT NOT NULL DEFAULT ''; -- fingerprints, with spaces between them
UPDATE peer_key SET offered_key = key, offered = fingerprint, key = verified_key, fingerprint = verified
    WHERE verified <> '' AND fingerprint <> '' AND fingerprint <> verified;
)sql"},
                                      {"marks of forgotten contacts", R"sql(
CREATE TABLE once_encrypted (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL,
    PRIMARY KEY (account, contact)) WITHOUT ROWID;
)sql"},
                                      {"where answers go", R"sql(
ALTER TABLE contact ADD COLUMN answer_to TEXT NOT NULL DEFAULT '';
)sql"},
                                      {"markers and spellings", R"sql(
ALTER TABLE known ADD COLUMN shown INTEGER NOT NULL DEFAULT 0; -- a contact's message that was reported as displayed
CREATE INDEX known_unshown ON known (account, contact) WHERE from_jabber = 0 AND wants_receipt = 1 AND shown = 0;
CREATE TABLE spelling (
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL, nodes TEXT NOT NULL,
    PRIMARY KEY (account, contact)) WITHOUT ROWID;
)sql"},
                                      {"what fails again and again", R"sql(
CREATE TABLE stuck ( -- mails of linked mailboxes that could not be read
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    folder TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,
    tries INTEGER NOT NULL, aside INTEGER NOT NULL, told INTEGER NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (account, folder, uid)) WITHOUT ROWID;
CREATE TABLE stumble ( -- what was in hand when the gateway ended uncleanly
    item TEXT PRIMARY KEY NOT NULL, times INTEGER NOT NULL, time INTEGER NOT NULL) WITHOUT ROWID;
)sql"},
                                      {"corrections", R"sql(
ALTER TABLE known ADD COLUMN corrects TEXT NOT NULL DEFAULT ''; -- key of the original message that this one corrects
CREATE INDEX known_corrects ON known (account, corrects) WHERE corrects <> '';
)sql"},
                                      {"strikes", R"sql(
ALTER TABLE queue ADD COLUMN strikes INTEGER NOT NULL DEFAULT 0; -- how often the message ended its session
)sql"},
                                      {"profiles", R"sql(
CREATE TABLE profile ( -- what a contact shows, and has seen of the user
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, contact TEXT NOT NULL,
    picture TEXT NOT NULL, type INTEGER NOT NULL, bytes INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    had_picture INTEGER NOT NULL, given TEXT NOT NULL,
    status BLOB NOT NULL); -- sealed
CREATE UNIQUE INDEX profile_contact ON profile (account, contact);
CREATE TABLE picture (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL, -- "": the user's own
    image BLOB NOT NULL); -- sealed
CREATE UNIQUE INDEX picture_contact ON picture (account, contact);
)sql"},
                                      {"places", R"sql(
CREATE TABLE place ( -- where a contact's message lies in a linked mailbox
    known INTEGER PRIMARY KEY REFERENCES known (id) ON DELETE CASCADE,
    account INTEGER NOT NULL, contact TEXT NOT NULL,
    folder TEXT NOT NULL, uid_validity INTEGER NOT NULL, uid INTEGER NOT NULL,
    seen INTEGER NOT NULL, reported INTEGER NOT NULL); -- see mail_places.cpp
CREATE INDEX place_contact ON place (account, contact, known);
CREATE INDEX place_unread_contact ON place (account, contact, known) WHERE seen = 0;
CREATE INDEX place_unread ON place (account, folder, uid) WHERE seen = 0;
CREATE INDEX place_to_mark ON place (account, known) WHERE seen = 1 OR reported = 1;
)sql"},
                                      {"several addresses, and when somebody wrote", R"sql(
CREATE TABLE relay ( -- the addresses that a contact's key lists
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE, contact TEXT NOT NULL,
    key TEXT NOT NULL, -- fingerprint
    since INTEGER NOT NULL, bound INTEGER NOT NULL, addresses TEXT NOT NULL, vouched TEXT NOT NULL,
    mark BLOB NOT NULL);
ALTER TABLE contact ADD COLUMN heard INTEGER NOT NULL DEFAULT 0; -- when they wrote last
CREATE UNIQUE INDEX relay_contact ON relay (account, contact);
CREATE INDEX peer_key_fingerprint ON peer_key (account, fingerprint);
CREATE INDEX peer_key_verified ON peer_key (account, verified) WHERE verified <> '';
)sql"},
                                      {"OMEMO", R"sql(
CREATE TABLE omemo_own (
    account INTEGER PRIMARY KEY REFERENCES account (id) ON DELETE CASCADE,
    secret BLOB NOT NULL); -- all keys, sealed
CREATE TABLE omemo_device ( -- of the account's user
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    device INTEGER NOT NULL, trust INTEGER NOT NULL,
    identity BLOB NOT NULL); -- sealed
CREATE UNIQUE INDEX omemo_device_account ON omemo_device (account, device);
CREATE TABLE omemo_session (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    contact TEXT NOT NULL, device INTEGER NOT NULL,
    secret BLOB NOT NULL); -- the device's identity key and the record, sealed
CREATE UNIQUE INDEX omemo_session_device ON omemo_session (account, contact, device);
CREATE INDEX omemo_session_account ON omemo_session (account, device);
)sql"},
                                      {"large payloads", R"sql(
CREATE TABLE payload_piece ( -- what does not fit into the first row
    id INTEGER PRIMARY KEY,
    payload INTEGER NOT NULL REFERENCES payload (id) ON DELETE CASCADE,
    bytes BLOB NOT NULL); -- sealed
CREATE INDEX payload_piece_of ON payload_piece (payload);
)sql"},
                                      {"rooms", R"sql(
CREATE TABLE room (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    local TEXT NOT NULL, -- of its JID
    kind INTEGER NOT NULL, name_in_mail TEXT NOT NULL,
    state BLOB NOT NULL); -- names and members, sealed
CREATE UNIQUE INDEX room_local ON room (local);
CREATE UNIQUE INDEX room_group ON room (account, kind, name_in_mail);
CREATE TABLE room_last (
    room INTEGER PRIMARY KEY REFERENCES room (id) ON DELETE CASCADE,
    message TEXT NOT NULL); -- the Message-ID that the next mail continues
CREATE TABLE said (
    id INTEGER PRIMARY KEY,
    room INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, time INTEGER NOT NULL, stanza TEXT NOT NULL,
    xml BLOB NOT NULL); -- sealed
CREATE UNIQUE INDEX said_number ON said (room, number);
)sql"}}};

constexpr std::int64_t application = 0x636f6967;  // "coig"
constexpr std::string_view check_text = "coigate";
// The check value records the key and the way of sealing: an attacker who sets `user_version` back cannot make coigate
// seal forged rows.
constexpr std::string_view check_by_row = "setting.key_check/by row", check_by_number = "setting.key_check";

std::int64_t pragma(Database& db, const char* sql) {
    auto query = db.query(sql);
    return query.step() ? query.integer(0) : 0;
}

/// Runs `work` as a transaction.
void atomically(Database& db, const std::function<void()>& work) {
    db.execute("BEGIN IMMEDIATE");
    try {
        work();
        db.execute("COMMIT");
    } catch (...) {
        if (db.in_transaction()) db.execute("ROLLBACK");
        throw;
    }
}

void set_check_value(Database& db) {
    db.query(
          "INSERT INTO setting (name, value) VALUES ('key_check', ?) ON CONFLICT (name) DO UPDATE SET value = "
          "excluded.value")
        .bind_blob(db.seal().close(check_text, check_by_row))
        .run();
}

std::string check_value(Database& db) {
    auto query = db.query("SELECT value FROM setting WHERE name = 'key_check'");
    return query.step() ? query.blob(0) : std::string();
}

bool is_sealed_as(Database& db, const std::string& value, std::string_view purpose) {
    try {
        return db.seal().open(value, purpose) == check_text;
    } catch (const StoreError&) {
        return false;
    }
}

[[noreturn]] void fail_of_key() {
    throw StoreError(
        "the key file is not the one this store was sealed with: put the former key file back ([store] key_file), or "
        "move the database away to start empty");
}

}  // namespace

void check_owner(Database& db) {
    const auto owner = pragma(db, "PRAGMA application_id");
    const auto version = pragma(db, "PRAGMA user_version");
    const auto tables = pragma(db, "SELECT count(*) FROM sqlite_schema");
    if (owner != application && (owner != 0 || tables != 0)) {
        throw StoreError("the file is a database of another program: name another file in [store] url");
    }
    if (version > static_cast<std::int64_t>(steps.size())) {
        throw StoreError("the store was made by a newer coigate (schema " + std::to_string(version) +
                         ", this one knows " + std::to_string(steps.size()) +
                         "): install that version again, or restore a backup");
    }
}

void bring_up_to_date(Database& db) {
    const auto version = static_cast<std::size_t>(pragma(db, "PRAGMA user_version"));
    if (version == steps.size()) return;
    atomically(db, [&] {
        db.execute(
            "CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, name TEXT NOT NULL, taken INTEGER NOT "
            "NULL)");
        bool binds = false;
        for (auto i = version; i < steps.size(); ++i) {
            db.execute(steps[i].sql);
            binds = binds || steps[i].binds;
            const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
                                 .time_since_epoch()
                                 .count();
            db.query("INSERT INTO migration (version, name, taken) VALUES (?, ?, ?)")
                .bind(static_cast<std::int64_t>(i) + 1)
                .bind(std::string_view(steps[i].name))
                .bind(std::int64_t(now))
                .run();
        }
        if (binds && version > 0) {
            if (!is_sealed_as(db, check_value(db), check_by_number)) fail_of_key();
            folded_names::unfold(db);
            seal_anew(db, Sealed::by_number);
            set_check_value(db);
        }
        const auto marks = "PRAGMA application_id = " + std::to_string(application) +
                           "; PRAGMA user_version = " + std::to_string(steps.size());
        db.execute(marks.c_str());
    });
}

void check_key(Database& db) {
    const std::string sealed = check_value(db);
    if (sealed.empty()) return atomically(db, [&] { set_check_value(db); });
    if (!is_sealed_as(db, sealed, check_by_row)) fail_of_key();
    if (db.seal().is_current(sealed)) return;
    atomically(db, [&] {
        seal_anew(db, Sealed::by_row);
        set_check_value(db);
    });
    db.checkpoint();
}

}  // namespace gateway::schema
