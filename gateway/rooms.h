// The rooms of the gateway, and how they call each other; only gateway/gateway and gateway/rooms see it.
//
// rooms.cpp makes the rooms and ties them together; gateway.cpp is what the loop does with them.

#pragma once

#include <boost/asio/steady_timer.hpp>

#include "gateway/account_end.h"
#include "gateway/archive.h"
#include "gateway/delivery.h"
#include "gateway/failures.h"
#include "gateway/gateway.h"
#include "gateway/inbox.h"
#include "gateway/linked.h"
#include "gateway/openpgp.h"
#include "gateway/otr.h"
#include "gateway/otr_tunnel.h"
#include "gateway/outbox.h"
#include "gateway/own_words.h"
#include "gateway/presence.h"
#include "gateway/relay.h"
#include "gateway/returned.h"
#include "gateway/secure_join.h"
#include "gateway/services.h"
#include "gateway/stumbles.h"
#include "gateway/submission.h"
#include "gateway/workers.h"
#include "xmpp/component.h"

namespace gateway {

constexpr Leg::LaneId shared_lane = 0;  // the relay's MTA; the Jabber stream

inline Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

struct Gateway::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context&, const config::Config&);

    boost::asio::io_context& io;
    config::Config config;
    Seal seal;
    Store store;
    Stumbles stumbles;
    Directory directory;
    Workers workers;
    OpenPgp openpgp;
    OwnWords own_words;
    coi::net::TlsContext tls;
    boost::asio::steady_timer wake, sweep, stop_timer;
    xmpp::Component component;
    Leg mail_leg, jabber_leg;
    Outbox outbox;
    Inbox inbox;
    SecureJoin secure_join;
    Archive archive;
    Returned returned;
    Otr otr;
    OtrTunnel tunnel;
    Delivery delivery;
    Failures failures;
    Presence presence;
    AccountEnd account_end;
    KeyDesk key_desk;
    Services services;
    Linked linked;
    std::unique_ptr<Submission> relay_out;
    std::unique_ptr<Relay> relay;
    bool stopping = false, reading_paused = false;
    std::optional<Time> wake_set;

    // --- calls between the rooms
    xmpp::Component::Calls component_calls();
    Leg::Calls mail_calls();
    Leg::Calls jabber_calls();
    Outbox::Calls outbox_calls();
    Inbox::Calls inbox_calls();
    Otr::Calls otr_calls();
    AccountEnd::Calls account_end_calls();
    void tie_presence();
    ServiceCalls service_calls();
    Linked::Calls linked_calls();

    // --- the loop's work
    void take(xmpp::Stanza stanza);
    void take_message(const xmpp::Tag& message);
    void refuse_oversize(const xmpp::Tag& head);

    /// A stanza of the queue, if it is known whose its account is.
    void deliver(const queue::Entry& entry, std::function<void(Fate)> finished);

    /// What waits for a worker, or comes from one.
    std::size_t letters() const;

    /// Whatever it is that waits, reading goes on after it.
    void resume_when_through();
    void resume_reading();
    void send_mail(const queue::Entry& entry, std::function<void(Fate)> finished);
    void mail_done(const queue::Entry& entry);
    void set_wake();
    void run_after(std::chrono::milliseconds length, std::function<void()> call);

    /// What is too old is given up, what is late is said so; ids and invites that are old enough are forgotten.
    void sweep_queue();

    // --- the end
    /// Attempts under way finish (10 s), the stream is closed, what still comes is committed (5 s), the store is last.
    void finish_attempts(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);

    /// What came last has its place in the store before the mark that all was well.
    void finish_letters(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped);
};

}  // namespace gateway
