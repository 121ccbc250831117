// Sealing all data anew after a key rotation; see sealed.h.

#include "gateway/store/sealed.h"

#include <optional>
#include <utility>

namespace gateway {
namespace {

/// The blob under the current key; nullopt if it is already.
std::optional<std::string> renewed(const Seal& seal, const std::string& sealed, const std::string& purpose) {
    if (seal.is_current(sealed)) return std::nullopt;
    return seal.close(seal.open(sealed, purpose), purpose);
}

// Row by row, each found by the key of the one before: a queue of large mails is not held in memory.

void renew_payloads(Database& db) {
    for (std::int64_t id = 0;;) {
        std::optional<std::string> blob;
        {
            auto row = db.query("SELECT id, bytes FROM payload WHERE id > ? ORDER BY id LIMIT 1");
            if (!row.bind(id).step()) return;
            id = row.integer(0);
            blob = renewed(db.seal(), row.blob(1), payload_purpose(id));
        }
        if (blob) db.query("UPDATE payload SET bytes = ? WHERE id = ?").bind_blob(*blob).bind(id).run();
    }
}

void renew_logins(Database& db) {
    for (std::int64_t id = 0;;) {
        std::optional<std::string> blob;
        {
            auto row =
                db.query("SELECT id, jid, login FROM account WHERE id > ? AND login IS NOT NULL ORDER BY id LIMIT 1");
            if (!row.bind(id).step()) return;
            id = row.integer(0);
            blob = renewed(db.seal(), row.blob(2), login_purpose(row.text(1)));
        }
        if (blob) db.query("UPDATE account SET login = ? WHERE id = ?").bind_blob(*blob).bind(id).run();
    }
}

void renew_subjects(Database& db) {
    std::int64_t account = 0;
    std::string canonical;
    for (;;) {
        std::optional<std::string> blob;
        {
            auto row = db.query(
                "SELECT account, canonical, subject FROM contact WHERE (account, canonical) > (?, ?) AND subject IS "
                "NOT NULL "
                "ORDER BY account, canonical LIMIT 1");
            if (!row.bind(account).bind(canonical).step()) return;
            account = row.integer(0);
            canonical = row.text(1);
            blob = renewed(db.seal(), row.blob(2), subject_purpose(account, canonical));
        }
        if (!blob) continue;
        db.query("UPDATE contact SET subject = ? WHERE account = ? AND canonical = ?")
            .bind_blob(*blob)
            .bind(account)
            .bind(canonical)
            .run();
    }
}

/// One secret an account, in a table of its own.
void renew_secrets(Database& db, const char* next, const char* update, std::string (*purpose)(std::int64_t)) {
    for (std::int64_t account = 0;;) {
        std::optional<std::string> blob;
        {
            auto row = db.query(next);
            if (!row.bind(account).step()) return;
            account = row.integer(0);
            blob = renewed(db.seal(), row.blob(1), purpose(account));
        }
        if (blob) db.query(update).bind_blob(*blob).bind(account).run();
    }
}

void renew_invites(Database& db) {
    std::int64_t id = 0;
    for (;;) {
        std::optional<std::string> blob;
        {
            auto row =
                db.query("SELECT rowid, account, number, secret FROM invite WHERE rowid > ? ORDER BY rowid LIMIT 1");
            if (!row.bind(id).step()) return;
            id = row.integer(0);
            blob = renewed(db.seal(), row.blob(3), invite_purpose(row.integer(1), row.text(2)));
        }
        if (blob) db.query("UPDATE invite SET secret = ? WHERE rowid = ?").bind_blob(*blob).bind(id).run();
    }
}

}  // namespace

void seal_anew(Database& db) {
    renew_payloads(db);
    renew_logins(db);
    renew_subjects(db);
    renew_secrets(db, "SELECT account, secret FROM own_key WHERE account > ? ORDER BY account LIMIT 1",
                  "UPDATE own_key SET secret = ? WHERE account = ?", own_key_purpose);
    renew_secrets(db, "SELECT account, secret FROM otr_identity WHERE account > ? ORDER BY account LIMIT 1",
                  "UPDATE otr_identity SET secret = ? WHERE account = ?", otr_purpose);
    renew_invites(db);
}

}  // namespace gateway
