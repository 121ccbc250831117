// See failures.h.

#include "gateway/queue/failures.h"

#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/queue/bounce.h"

namespace gateway {

Failures::Failures(Directory& directory, const Clients& clients, Store& store, Scheduler& mail, Scheduler& jabber,
                   PendingVerdicts& verdicts, Settings settings, Clock now, Timer after)
    : directory_(directory),
      clients_(clients),
      store_(store),
      mail_(mail),
      jabber_(jabber),
      verdicts_(verdicts),
      settings_(std::move(settings)),
      now_(std::move(now)),
      after_(std::move(after)) {}

/// Commits the notices and the end of the entry together; repeated until the store accepts it, because nothing else
/// remembers the failure. An entry that was delivered or given up just before (the sweep reads, then acts) gets no
/// notice.
void Failures::exchange(const queue::Entry& failed, const std::vector<queue::Entry>& notices, Scheduler& way_back) {
    queue::Entry gone = failed;
    gone.payload.clear();
    queue::refuse(store_, gone, notices,
                  [this, gone, notices, &way_back](const Store::Failure& failure, std::vector<queue::Entry> put) {
                      if (!failure) {
                          for (auto& notice : put) way_back.committed(std::move(notice));
                          // The account may have been made for this mail although its user does not exist.
                          if (gone.direction == queue::Direction::jabber) directory_.remove_if_unused(gone.account);
                          return;
                      }
                      after_(std::chrono::seconds(1),
                             [this, gone, notices, &way_back] { exchange(gone, notices, way_back); });
                  });
}

void Failures::mail_refused(const queue::Entry& entry, const coi::Error& error) {
    log::info("mail {} was refused: {} {}", entry.name, error.code, error.enhanced);
    const bool is_shown = clients_.shows_errors(entry.origin);
    exchange(entry, bounce::to_jabber(entry, error, is_shown, settings_.component, now_()), jabber_);
}

void Failures::again_to(const queue::Entry& entry, std::vector<std::string> members) {
    constexpr auto pause = std::chrono::minutes(5);
    queue::Entry again = entry;
    again.id = 0;
    again.to = std::move(members.front());
    again.also.assign(std::next(members.begin()), members.end());
    again.next = now_() + pause;
    queue::put(store_, std::move(again), [this](const Store::Failure& failure, queue::Entry put) {
        if (!failure) mail_.committed(std::move(put));
    });
}

void Failures::left_out(const queue::Entry& entry, const std::vector<std::pair<std::string, coi::Error>>& members) {
    for (const auto& [address, error] : members) {
        log::info("mail {} was refused for {}: {} {}", entry.name, address, error.code, error.enhanced);
        for (auto& line : bounce::to_jabber(bounce::lost_to_member(entry, address), error, settings_.component, now_()))
            queue::put(store_, std::move(line), [this](const Store::Failure& failure, queue::Entry put) {
                if (!failure) jabber_.committed(std::move(put));
            });
    }
}

void Failures::stanza_refused(const queue::Entry& entry, const coi::Error& error) {
    if (verdicts_.refused(entry, error)) return;
    log::info("stanza {} was refused by the Jabber server: {}", entry.name, error.text);
    const Account* account = directory_.find(entry.account);
    exchange(
        entry,
        account ? bounce::to_mail(entry, error, *account, settings_.relay_domain, now_()) : std::vector<queue::Entry>{},
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
    queue::owing_notice(
        store_, account.id, at_once,
        [this, account, done = std::move(done)](Store::Failure failure, const std::vector<queue::Entry>& entries) {
            if (failure || entries.empty()) return done(std::move(failure));
            give_back_some(account, entries, done);
        });
}

void Failures::give_back_some(const Account& account, const std::vector<queue::Entry>& entries,
                              std::function<void(Store::Failure)> done) {
    const coi::Error error{coi::ErrorKind::refused, true, "the recipient's account was removed", 0,
                           bounce::no_longer_used};
    std::vector<queue::Refused> refused;
    for (const auto& entry : entries) {
        if (verdicts_.refused(entry, error)) continue;  // its LMTP client is told
        refused.push_back({entry, bounce::to_mail(entry, error, account, settings_.relay_domain, now_())});
    }
    queue::refuse_all(
        store_, std::move(refused),
        [this, account, done = std::move(done)](Store::Failure failure, std::vector<queue::Entry> notices) {
            if (failure) return done(std::move(failure));
            for (auto& notice : notices) mail_.committed(std::move(notice));
            give_back(account, done);
        });
}

void Failures::overdue(const queue::Entry& entry) {
    Scheduler& scheduler = entry.direction == queue::Direction::mail ? mail_ : jabber_;
    if (entry.expires <= now_()) {
        if (!scheduler.withdraw(entry)) return;  // it is in flight now
        return give_up(entry);
    }
    if (entry.direction != queue::Direction::mail || entry.origin.empty()) return;
    directory_.load(entry.account, [this, entry](const Store::Failure& failure) {
        if (!failure) tell_delay(entry);
    });
}

void Failures::tell_delay(const queue::Entry& entry) {
    const Contact* contact = directory_.contact(entry.account, entry.contact);
    const auto from = contact ? jid_of(*contact, settings_.component) : std::nullopt;
    auto notice = bounce::delayed(entry, from ? from->bare() : "", reason(entry), settings_.component, now_());
    queue::tell_delay(store_, entry.id, std::move(notice),
                      [this](const Store::Failure& failure, std::optional<queue::Entry> put) {
                          if (!failure && put) jabber_.committed(std::move(*put));
                      });
}

void Failures::sweep(Time warn_before) {
    constexpr std::size_t most = 100;
    queue::overdue(store_, now_(), warn_before, most,
                   [this](const Store::Failure& failure, const std::vector<queue::Entry>& entries) {
                       if (failure) return;
                       for (const auto& entry : entries) overdue(entry);
                   });
}

}  // namespace gateway
