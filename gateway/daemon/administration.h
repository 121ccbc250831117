// Executes the admin's commands on accounts and the queue of the running gateway: the verbs of
// gateway/daemon/control.h.

#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "gateway/accounts/directory.h"
#include "gateway/queue/failures.h"
#include "gateway/queue/scheduler.h"
#include "gateway/transport/mailbox_pool.h"

namespace gateway {

struct Administered {
    Directory& directory;
    Store& store;
    Scheduler& mail_scheduler;
    Scheduler& jabber_scheduler;
    MailboxPool& linked;
    Failures& failures;
};

/// Answers exactly once, on the loop: the result of the verb, or {"error": text}.
void administer(const Administered&, const std::string& verb, boost::json::object in,
                std::function<void(boost::json::object out)> answer);

}  // namespace gateway
