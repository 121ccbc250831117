// See folded_names.h.

#include "gateway/store/sqlite/folded_names.h"

#include <string>
#include <utility>
#include <vector>

#include "coi/mail/address.h"

namespace gateway::folded_names {
namespace {

struct Folded {
    std::int64_t account = 0;
    std::string before, now;
    std::string subject;  // sealed; "" for none
};

std::vector<Folded> all(Database& db) {
    std::vector<Folded> found;
    auto row = db.query("SELECT account, canonical, local, domain, subject FROM contact");
    while (row.step()) {
        Folded one{row.integer(0), row.text(1), coi::Address{"", row.text(2), row.text(3)}.canonical(), row.blob(4)};
        if (one.before != one.now) found.push_back(std::move(one));
    }
    return found;
}

/// 0.1.0 bound the canonical address into the seal of the subject.
void seal_subject(Database& db, const Folded& contact) {
    const std::string place = "contact.subject/" + std::to_string(contact.account) + "/";
    std::string subject;
    try {
        subject = db.seal().open(contact.subject, place + contact.before);
    } catch (const StoreError&) {
        return;  // damaged: the row is set aside when its seal is checked
    }
    db.query("UPDATE contact SET subject = ? WHERE account = ? AND canonical = ?")
        .bind_blob(db.seal().close(subject, place + contact.now))
        .bind(contact.account)
        .bind(contact.now)
        .run();
}

}  // namespace

void unfold(Database& db) {
    for (const Folded& contact : all(db)) {
        // OR IGNORE: a store that was changed by hand is opened, too.
        const auto rename = [&](const char* sql) {
            db.query(sql).bind(contact.now).bind(contact.account).bind(contact.before).run();
            return db.changes() > 0;
        };
        if (!rename("UPDATE OR IGNORE contact SET canonical = ? WHERE account = ? AND canonical = ?")) continue;
        rename("UPDATE OR IGNORE peer_key SET contact = ? WHERE account = ? AND contact = ?");
        rename("UPDATE OR IGNORE otr_peer SET contact = ? WHERE account = ? AND contact = ?");
        rename("UPDATE OR IGNORE invite SET contact = ? WHERE account = ? AND contact = ?");
        rename("UPDATE OR IGNORE known SET contact = ? WHERE account = ? AND contact = ?");
        rename("UPDATE queue SET contact = ? WHERE account = ? AND contact = ?");
        if (!contact.subject.empty()) seal_subject(db, contact);
    }
}

}  // namespace gateway::folded_names
