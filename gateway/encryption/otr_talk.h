// The OTR sessions of one conversation, made when first needed, used on a worker strand of their own.
//
// The identity belongs to the account: it is read from the store, or made (50 to 160 ms, on a worker) and stored; then
// the talk is ready and waiting work runs. The loop knows only a summary: the state of each resource.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/workers.h"
#include "gateway/encryption/otr_markup.h"
#include "gateway/encryption/otr_resend_buffer.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"
#include "xmpp/otr/sessions.h"

namespace gateway {

class OtrTalk : public std::enable_shared_from_this<OtrTalk> {
  public:
    using Sessions = xmpp::otr::Sessions;
    using Clock = std::chrono::steady_clock;
    using Key = std::pair<AccountId, std::string>;  // contact: canonical
    OtrTalk(Key key, Workers& workers) : key_(std::move(key)), workers_(workers) {}

    /// Makes the talk ready. With nullptr it will never be ready, and waiting work fails.
    void open(std::shared_ptr<const xmpp::otr::Identity>, std::vector<xmpp::otr::KnownKey>, Sessions::Words);
    /// Runs `work` on the strand, then `done` on the loop after the summary was updated. In order. `failed`: called if
    /// the talk will never be ready.
    template <class T>
    void ask(std::function<T(Sessions&)> work, std::function<void(T)> done, std::function<void()> failed = {}) {
        const auto start = [self = shared_from_this(), work = std::move(work), done = std::move(done)] {
            struct Answer {
                T value;
                Summary summary;
            };
            self->workers_.ask<Answer>(
                self->line(),
                [inside = self->inside_, work] {
                    T value = work(*inside->sessions);
                    return Answer{std::move(value), summary_of(*inside->sessions)};
                },
                [self, done](Answer answer) {
                    self->settle(std::move(answer.summary));
                    done(std::move(answer.value));
                });
        };
        run({start, std::move(failed)});
    }

    /// Resources with a session, the most recently heard first.
    std::vector<std::string> encrypted() const;
    bool has(const std::string& peer) const { return summary_.states.contains(peer); }
    bool is_finished(const std::string& peer) const;
    const std::vector<xmpp::otr::KnownKey>& known() const { return summary_.known; }
    /// No running work and no session.
    bool is_idle() const { return jobs_ == 0 && summary_.states.empty(); }
    Clock::time_point last_used() const { return last_used_; }
    const Key& key() const { return key_; }

    OtrResendBuffer unread;
    OtrMarkup markup;

  private:
    struct Summary {
        std::map<std::string, xmpp::otr::SessionState> states;  // of resources that are not in plain text
        std::vector<std::string> order;
        std::vector<xmpp::otr::KnownKey> known;
    };
    struct Inside {
        std::optional<Sessions> sessions;  // used on the strand only
    };
    static Summary summary_of(const Sessions&);
    Line line() const;
    struct Job {
        std::function<void()> start, failed;
    };
    void run(Job);
    void drop(const Job&);
    void settle(Summary);

    Key key_;
    Workers& workers_;
    std::shared_ptr<Inside> inside_ = std::make_shared<Inside>();
    Summary summary_;
    std::vector<Job> waiting_;
    bool ready_ = false, failed_ = false;
    std::size_t jobs_ = 0;
    Clock::time_point last_used_ = Clock::now();
};

}  // namespace gateway
