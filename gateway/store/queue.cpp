// The queue's operations; see queue.h.

#include "gateway/store/queue.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "gateway/store/sqlite/ids.h"
#include "gateway/store/sqlite/queue.h"
#include "gateway/store/sqlite/transactions.h"

namespace gateway::queue {

bool Quota::take(AccountId account, const std::function<std::int64_t()>& count) {
    constexpr std::size_t most_accounts = 1000;
    if (left_.size() >= most_accounts) left_.clear();
    auto& left = left_[account];
    if (left == 0) left = most_ - std::min(most_, static_cast<std::size_t>(count()));
    if (left == 0) return false;
    --left;
    return true;
}

void put(Store& store, Entry entry, Store::Done<Entry> done) {
    auto shared = std::make_shared<Entry>(std::move(entry));
    Transactions(store).commit([shared](Database& db) { shared->id = put(db, *shared); },
                               [shared, done = std::move(done)](Store::Failure failure) {
                                   if (done) done(std::move(failure), std::move(*shared));
                               });
}

void finish(Store& store, std::int64_t id, Store::Committed done) {
    Transactions(store).commit([id](Database& db) { queue::done(db, id); }, std::move(done));
}

void finish_later(Store& store, std::int64_t id) {
    Transactions(store).later([id](Database& db) { queue::done(db, id); });
}

void postpone(Store& store, std::int64_t id, Time next, int attempts, std::string error, bool delay_told) {
    Transactions(store).commit([id, next, attempts, error = std::move(error),
                                delay_told](Database& db) { retry(db, id, next, attempts, error, delay_told); },
                               {});
}

void refuse(Store& store, const Entry& failed, std::vector<Entry> notices, Store::Done<std::vector<Entry>> done) {
    std::vector<Refused> one(1);
    one.front() = {failed, std::move(notices)};
    refuse_all(store, std::move(one), std::move(done));
}

void refuse_all(Store& store, std::vector<Refused> failed, Store::Done<std::vector<Entry>> done) {
    auto told = std::make_shared<std::vector<Entry>>();
    Transactions(store).commit(
        [told, failed = std::move(failed)](Database& db) {
            told->clear();
            for (const auto& [entry, notices] : failed) {
                if (!queue::done(db, entry.id)) continue;  // delivered meanwhile
                if (entry.tentative) ids::forget(db, entry.account, entry.contact, {entry.name});
                for (Entry notice : notices) {
                    notice.id = put(db, notice);
                    told->push_back(std::move(notice));
                }
            }
        },
        [told, done = std::move(done)](Store::Failure failure) {
            if (failure) told->clear();
            done(std::move(failure), std::move(*told));
        });
}

void note_strikes(Store& store, std::int64_t id, int strikes) {
    Transactions(store).later([id, strikes](Database& db) { note_strikes(db, id, strikes); });
}

void count_unsent(Store& store, AccountId account, Store::Done<std::int64_t> done) {
    Transactions(store).ask([account](Database& db) { return count_unsent(db, account); }, std::move(done));
}

void owing_notice(Store& store, AccountId account, std::size_t most, Store::Done<std::vector<Entry>> done) {
    Transactions(store).ask([account, most](Database& db) { return owing_notice(db, account, most); }, std::move(done));
}

void refuse_delivery(Store& store, const Entry& delivery, Store::Committed done) {
    const Transactions::Work forget = [id = delivery.id, account = delivery.account, contact = delivery.contact,
                                       stanza = StanzaId{delivery.name}](Database& db) {
        queue::done(db, id);
        ids::forget(db, account, contact, stanza);
    };
    Transactions(store).commit(forget, [&store, forget, done = std::move(done)](Store::Failure failure) {
        if (failure) Transactions(store).later(forget);
        done(std::move(failure));
    });
}

void tell_delay(Store& store, std::int64_t id, Entry notice, Store::Done<std::optional<Entry>> done) {
    auto shared = std::make_shared<Entry>(std::move(notice));
    Transactions(store).commit(
        [id, shared](Database& db) {
            shared->id = 0;
            const auto still = find(db, id);
            if (!still) return;
            retry(db, id, still->next, still->attempts, still->last_error, true);
            shared->id = put(db, *shared);
        },
        [shared, done = std::move(done)](Store::Failure failure) {
            const bool is_told = !failure && shared->id != 0;
            done(std::move(failure), is_told ? std::optional(std::move(*shared)) : std::nullopt);
        });
}

void next(Store& store, Direction direction, AccountId account, const std::string& contact, std::int64_t after,
          std::size_t most, Store::Done<std::vector<Entry>> done) {
    Transactions(store).ask([direction, account, contact, after,
                             most](Database& db) { return next(db, direction, account, contact, after, most); },
                            std::move(done));
}

void waiting(Store& store, AccountId account, const std::string& contact, const coi::MessageId& message,
             Store::Done<std::vector<Entry>> done) {
    Transactions(store).ask(
        [account, contact, message](Database& db) { return waiting(db, account, contact, message); }, std::move(done));
}

void overdue(Store& store, Time now, Time warn_before, std::size_t most, Store::Done<std::vector<Entry>> done) {
    Transactions(store).ask([now, warn_before, most](Database& db) { return overdue(db, now, warn_before, most); },
                            std::move(done));
}

std::vector<Entry> heads(Store& store, Direction direction, std::int64_t after, std::size_t most) {
    std::vector<Entry> found;
    Transactions(store).now([&](Database& db) { found = heads(db, direction, after, most); });
    return found;
}

void set_unknown_aside(Store& store) {
    Transactions(store).now([](Database& db) { set_unknown_aside(db); });
}

void list(Store& store, std::int64_t after, std::size_t most, Store::Done<std::vector<Entry>> done) {
    Transactions(store).ask([after, most](Database& db) { return list(db, after, most); }, std::move(done));
}

void find(Store& store, std::int64_t id, Store::Done<std::optional<Entry>> done) {
    Transactions(store).ask([id](Database& db) { return find(db, id); }, std::move(done));
}

void retry_all(Store& store, Time now, Store::Done<std::int64_t> done) {
    Transactions(store).ask(
        [now](Database& db) {
            retry_all_now(db, now);
            return count(db, Direction::mail) + count(db, Direction::jabber);
        },
        std::move(done));
}

void retry(Store& store, std::int64_t id, Time now, Store::Done<Retried> done) {
    Transactions(store).ask(
        [id, now](Database& db) {
            const auto entry = find(db, id);
            if (!entry) return Retried::unknown;
            if (entry->direction == Direction::aside) return Retried::aside;
            retry(db, id, now, entry->attempts, entry->last_error, entry->delay_told);
            return Retried::yes;
        },
        std::move(done));
}

}  // namespace gateway::queue
