// Queue entries that failed or are late: the notice to the sender and the end of the entry, in one commit.
//
// Invariant: an entry that was given up leaves the store only together with its notices.

#pragma once

#include <string>
#include <vector>

#include "gateway/accounts/clients.h"
#include "gateway/accounts/directory.h"
#include "gateway/model/clock.h"
#include "gateway/model/timer.h"
#include "gateway/queue/pending_verdicts.h"
#include "gateway/queue/scheduler.h"

namespace gateway {

class Failures : public WaitingSenders {
  public:
    struct Settings {
        std::string component;     // the component's domain
        std::string relay_domain;  // "": no relay
    };
    Failures(Directory&, const Clients&, Store&, Scheduler& mail, Scheduler& jabber, PendingVerdicts&, Settings,
             Clock now, Timer after);

    /// A mail to a group that has not reached these members, with the replies of the mail server.
    void left_out(const queue::Entry&, const std::vector<std::pair<std::string, coi::Error>>& members);
    /// A mail to a group is tried again for these members, who could not get it just now.
    void again_to(const queue::Entry&, std::vector<std::string> members);
    void mail_refused(const queue::Entry&, const coi::Error&);
    void stanza_refused(const queue::Entry&, const coi::Error&);
    /// Ends an entry that is not in flight: expired, or dropped by the admin.
    void give_up(const queue::Entry&);
    /// The address is no longer used: a DSN for each mail that waits for the account and has a proven sender.
    void give_back(const Account&, std::function<void(Store::Failure)> done) override;
    /// Ends expired entries, and sends a delay notice for mail taken before `warn_before`.
    void sweep(Time warn_before);
    void reload(Settings settings) { settings_ = std::move(settings); }

  private:
    void exchange(const queue::Entry& failed, const std::vector<queue::Entry>& notices, Scheduler& way_back);
    void give_back_some(const Account&, const std::vector<queue::Entry>&, std::function<void(Store::Failure)> done);
    void tell_delay(const queue::Entry&);
    void overdue(const queue::Entry&);
    std::string reason(const queue::Entry&) const;

    Directory& directory_;
    const Clients& clients_;
    Store& store_;
    Scheduler& mail_;
    Scheduler& jabber_;
    PendingVerdicts& verdicts_;
    Settings settings_;
    Clock now_;
    Timer after_;
};

}  // namespace gateway
