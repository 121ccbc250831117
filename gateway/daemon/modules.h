// The modules of the gateway and the calls between them; included only by gateway/daemon/gateway and
// gateway/daemon/modules.
//
// modules.cpp makes the modules and connects them; gateway.cpp has the work of the event loop.

#pragma once

#include <boost/asio/steady_timer.hpp>

#include "gateway/accounts/account_end.h"
#include "gateway/accounts/workers.h"
#include "gateway/daemon/gateway.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr.h"
#include "gateway/encryption/otr_tunnel.h"
#include "gateway/encryption/secure_join.h"
#include "gateway/pipeline/archive_recovery.h"
#include "gateway/pipeline/incoming.h"
#include "gateway/pipeline/late_error.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/queue/failures.h"
#include "gateway/queue/jabber_sender.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/service/iq_router.h"
#include "gateway/service/notices.h"
#include "gateway/service/presence.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/lmtp_receiver.h"
#include "gateway/transport/mailbox_pool.h"
#include "xmpp/component.h"

namespace gateway {

constexpr Scheduler::DestinationId shared_destination = 0;  // the relay's MTA; the Jabber stream

inline Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

/// Errors and other answers go to the component's stream.
struct ComponentSender : StanzaSender {
    explicit ComponentSender(xmpp::Component& component) : component(component) {}
    void send(const xmpp::Tag& tag) override { component.send(tag); }
    xmpp::Component& component;
};

/// The scheduler of a direction as an outlet.
struct SchedulerOutlet : queue::Outlet {
    SchedulerOutlet(Scheduler& scheduler, std::function<void()> after = {})
        : scheduler(scheduler), after(std::move(after)) {}
    void committed(queue::Entry entry) override {
        scheduler.committed(std::move(entry));
        if (after) after();
    }
    bool withdraw(const queue::Entry& entry) override { return scheduler.forget(entry); }
    void unblock(AccountId id, const std::string& contact) override { scheduler.unblock(id, contact); }
    Scheduler& scheduler;
    std::function<void()> after;
};

struct Gateway::State : MissedMessages, std::enable_shared_from_this<State> {
    State(boost::asio::io_context&, const config::Config&);

    boost::asio::io_context& io;
    config::Config config;
    Seal seal;
    Store store;
    CrashGuard crash_guard;
    Directory directory;
    RelayAccounts relay_accounts;
    PendingVerdicts verdicts;
    Workers workers;
    OpenPgp openpgp;
    Notices notices;
    coi::net::TlsContext tls;
    boost::asio::steady_timer wake, sweep, stop_timer;
    xmpp::Component component;
    Scheduler mail_scheduler, jabber_scheduler;
    ComponentSender sender{component};
    SchedulerOutlet to_mail, to_jabber;
    OutgoingPipeline outgoing;
    IncomingPipeline incoming;
    SecureJoin secure_join;
    ArchiveRecovery archive;
    LateError returned;
    Otr otr;
    OtrTunnel tunnel;
    JabberSender delivery;
    Failures failures;
    Presence presence;
    AccountEnd account_end;
    KeyManagement key_management;
    IqRouter services;
    MailboxPool linked;
    std::unique_ptr<SmtpSender> relay_out;
    std::unique_ptr<LmtpReceiver> relay;
    bool stopping = false, reading_paused = false;
    std::optional<Time> wake_set;

    // --- calls between the modules
    xmpp::Component::Calls component_calls();
    Scheduler::Calls mail_calls();
    Scheduler::Calls jabber_calls();
    Otr::Calls otr_calls();
    AccountEnd::Calls account_end_calls();
    void tie_presence();
    ServiceCalls service_calls();
    MailboxPool::Calls linked_calls();

    // --- the loop's work
    void take(xmpp::Stanza stanza);
    void take_message(const xmpp::Tag& message);
    void take_missed(const xmpp::Tag& message) override { take_message(message); }
    void deadline_changed() override { set_wake(); }
    void refuse_oversize(const xmpp::Tag& head);

    /// Sends a stanza of the queue; it waits if it is not certain that the Jabber name still belongs to the account's
    /// user.
    void deliver(const queue::Entry& entry, std::function<void(AttemptResult)> finished);

    /// The number of messages that wait for a worker, or for its result.
    std::size_t letters() const;

    /// Resumes reading when the waiting work is done.
    void resume_when_through();
    void resume_reading();
    void send_mail(const queue::Entry& entry, std::function<void(AttemptResult)> finished);
    void mail_done(const queue::Entry& entry);
    void set_wake();
    void run_after(std::chrono::milliseconds length, std::function<void()> call);

    /// Gives up expired entries, sends delay notices, and removes old ids and invites.
    void sweep_queue();

    // --- the end
    /// Lets running attempts finish (10 s), closes the stream, commits what still arrives (5 s), and closes the store
    /// last.
    void finish_attempts(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);

    /// Stores the last messages before the mark of a clean shutdown.
    void finish_letters(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);
};

}  // namespace gateway
