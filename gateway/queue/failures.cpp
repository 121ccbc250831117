// See failures.h.

#include "gateway/queue/failures.h"

#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/queue/bounce.h"

namespace gateway {

Failures::Failures(Directory& directory, Store& store, Scheduler& mail, Scheduler& jabber, PendingVerdicts& verdicts,
                   Settings settings, Calls calls)
    : directory_(directory),
      store_(store),
      mail_(mail),
      jabber_(jabber),
      verdicts_(verdicts),
      settings_(std::move(settings)),
      calls_(std::move(calls)) {}

/// Commits the notices and the end of the entry together; repeated until the store accepts it, because nothing else
/// remembers the failure. An entry that was delivered or given up just before (the sweep reads, then acts) gets no
/// notice.
void Failures::exchange(const queue::Entry& failed, std::vector<queue::Entry> notices, Scheduler& way_back) {
    auto shared = std::make_shared<std::vector<queue::Entry>>(std::move(notices));
    queue::Entry gone = failed;
    gone.payload.clear();
    store_.commit(
        [gone, shared](Database& db) {
            if (!queue::done(db, gone.id)) return shared->clear();
            // Its LMTP client got no final reply and will send the mail again: the next attempt must not be treated as
            // a duplicate.
            if (gone.tentative) ids::forget(db, gone.account, gone.contact, {gone.name});
            for (auto& notice : *shared) notice.id = queue::put(db, notice);
        },
        [this, gone, shared, &way_back](const Store::Failure& failure) {
            if (!failure) {
                for (auto& notice : *shared) way_back.committed(std::move(notice));
                // The account may have been made for this mail although its user does not exist.
                if (gone.direction == queue::Direction::jabber) directory_.remove_if_unused(gone.account);
                return;
            }
            calls_.after(std::chrono::seconds(1),
                         [this, gone, shared, &way_back] { exchange(gone, std::move(*shared), way_back); });
        });
}

void Failures::mail_refused(const queue::Entry& entry, const coi::Error& error) {
    log::info("mail {} was refused: {} {}", entry.name, error.code, error.enhanced);
    exchange(entry, bounce::to_jabber(entry, error, settings_.component, calls_.now()), jabber_);
}

void Failures::stanza_refused(const queue::Entry& entry, const coi::Error& error) {
    if (verdicts_.refused(entry, error)) return;
    log::info("stanza {} was refused by the Jabber server: {}", entry.name, error.text);
    const Account* account = directory_.find(entry.account);
    exchange(entry,
             account ? bounce::to_mail(entry, error, *account, settings_.relay_domain, calls_.now())
                     : std::vector<queue::Entry>{},
             mail_);
}

/// Why the entry waits: the server's last reply to it, or that the server cannot be reached.
std::string Failures::reason(const queue::Entry& entry) const {
    const auto trouble = (entry.direction == queue::Direction::mail ? mail_ : jabber_).trouble(entry);
    return trouble ? trouble->error.text : entry.last_error;
}

/// Ends an entry that is not in flight: expired, or dropped by the admin.
void Failures::give_up(const queue::Entry& entry) {
    const coi::Error error{coi::ErrorKind::timeout, true, reason(entry), 0, "4.4.7"};
    entry.direction == queue::Direction::mail ? mail_refused(entry, error) : stanza_refused(entry, error);
}

/// A few at a time: an account may have thousands.
void Failures::give_back(const Account& account, std::function<void(Store::Failure)> done) {
    constexpr std::size_t at_once = 100;
    store_.ask<std::vector<queue::Entry>>(
        [id = account.id](Database& db) { return queue::owing_notice(db, id, at_once); },
        [this, account, done = std::move(done)](Store::Failure failure, const std::vector<queue::Entry>& entries) {
            if (failure || entries.empty()) return done(std::move(failure));
            give_back_some(account, entries, done);
        });
}

void Failures::give_back_some(const Account& account, const std::vector<queue::Entry>& entries,
                              std::function<void(Store::Failure)> done) {
    const coi::Error error{coi::ErrorKind::refused, true, "the recipient's account was removed", 0,
                           bounce::no_longer_used};
    struct Returned {
        std::int64_t id;
        std::vector<queue::Entry> notices;
    };
    auto all = std::make_shared<std::vector<Returned>>();
    for (const auto& entry : entries) {
        if (verdicts_.refused(entry, error)) continue;  // its LMTP client is told
        all->push_back({entry.id, bounce::to_mail(entry, error, account, settings_.relay_domain, calls_.now())});
    }
    store_.commit(
        [all](Database& db) {
            for (auto& each : *all) {
                if (!queue::done(db, each.id)) each.notices.clear();  // delivered meanwhile
                for (auto& notice : each.notices) notice.id = queue::put(db, notice);
            }
        },
        [this, account, all, done = std::move(done)](Store::Failure failure) {
            if (failure) return done(std::move(failure));
            for (auto& each : *all) {
                for (auto& notice : each.notices) mail_.committed(std::move(notice));
            }
            give_back(account, done);
        });
}

void Failures::overdue(const queue::Entry& entry) {
    Scheduler& scheduler = entry.direction == queue::Direction::mail ? mail_ : jabber_;
    if (entry.expires <= calls_.now()) {
        if (!scheduler.forget(entry)) return;  // it is in flight now
        return give_up(entry);
    }
    if (entry.direction != queue::Direction::mail || entry.origin.empty()) return;
    const Contact* contact = directory_.contact(entry.account, entry.contact);
    const auto from = contact ? jid_of(*contact, settings_.component) : std::nullopt;
    auto notice = std::make_shared<queue::Entry>(
        bounce::delayed(entry, from ? from->bare() : "", reason(entry), settings_.component, calls_.now()));
    store_.commit(
        [entry, notice](Database& db) {
            const auto still = queue::find(db, entry.id);
            if (!still) return;  // it was sent in the meantime
            queue::retry(db, entry.id, still->next, still->attempts, still->last_error, true);
            notice->id = queue::put(db, *notice);
        },
        [this, notice](const Store::Failure& failure) {
            if (!failure && notice->id != 0) jabber_.committed(std::move(*notice));
        });
}

void Failures::sweep(Time warn_before) {
    store_.ask<std::vector<queue::Entry>>(
        [at = calls_.now(), warn_before](Database& db) { return queue::overdue(db, at, warn_before, 100); },
        [this](const Store::Failure& failure, const std::vector<queue::Entry>& entries) {
            if (failure) return;
            for (const auto& entry : entries) overdue(entry);
        });
}

}  // namespace gateway
