// See mail_places.h.

#include "gateway/store/mail_places.h"

#include <utility>

#include "gateway/store/sqlite/mail_places.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::mail_places {

void displayed(Store& store, AccountId account, const std::string& contact, const StanzaId& stanza, bool marks,
               Store::Done<bool> done) {
    Transactions(store).ask(
        [account, contact, stanza, marks](Database& db) { return displayed(db, account, contact, stanza, marks); },
        std::move(done));
}

void reported(Store& store, AccountId account, const std::string& contact, std::vector<coi::MessageId> messages,
              Store::Done<bool> done) {
    Transactions(store).ask(
        [account, contact, messages = std::move(messages)](Database& db) {
            bool any = false;
            for (const auto& message : messages) any = reported(db, account, contact, message) || any;
            return any;
        },
        std::move(done));
}

void to_mark(Store& store, AccountId account, std::size_t most, Store::Done<std::vector<Mark>> done) {
    Transactions(store).read([account, most](Database& db) { return to_mark(db, account, most); }, std::move(done));
}

void marked(Store& store, std::vector<Mark> marks, Store::Committed done) {
    Transactions(store).commit(
        [marks = std::move(marks)](Database& db) {
            for (const auto& mark : marks) marked(db, mark);
        },
        std::move(done));
}

void unread(Store& store, AccountId account, const std::string& folder, std::uint32_t uid_validity, std::size_t most,
            Store::Done<std::vector<std::uint32_t>> done) {
    Transactions(store).ask(
        [account, folder, uid_validity, most](Database& db) { return unread(db, account, folder, uid_validity, most); },
        std::move(done));
}

void read_with(Store& store, AccountId account, MailsOfFolder mails, Store::Done<std::vector<ReadUpTo>> done) {
    Transactions(store).ask([account, mails = std::move(mails)](Database& db) { return read_with(db, account, mails); },
                            std::move(done));
}

void note_read(Store& store, AccountId account, MailsOfFolder mails, std::vector<ReadUpTo> read,
               std::vector<queue::Entry> entries, Store::Done<std::optional<std::vector<queue::Entry>>> done) {
    Transactions(store).ask(
        [account, mails = std::move(mails), read = std::move(read), entries = std::move(entries)](Database& db) {
            std::optional<std::vector<queue::Entry>> put;
            if (read_with(db, account, mails) != read) return put;
            note_read(db, account, mails);
            put = entries;
            for (auto& entry : *put) entry.id = queue::put(db, entry);
            return put;
        },
        std::move(done));
}

}  // namespace gateway::mail_places
