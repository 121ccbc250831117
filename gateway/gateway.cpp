// Wiring; see gateway.h.

#include "gateway/gateway.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "gateway/administration.h"
#include "gateway/archive.h"
#include "gateway/delivery.h"
#include "gateway/failures.h"
#include "gateway/identity.h"
#include "gateway/inbox.h"
#include "gateway/link.h"
#include "gateway/linked.h"
#include "gateway/log.h"
#include "gateway/notify.h"
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
#include "gateway/settings.h"
#include "gateway/store/marker.h"
#include "gateway/submission.h"
#include "gateway/words.h"
#include "gateway/workers.h"
#include "xmpp/component.h"
#include "xmpp/jid.h"

namespace gateway {

namespace {

constexpr Leg::LaneId shared_lane = 0;  // the relay's MTA; the Jabber stream
constexpr std::size_t jabber_in_flight = 1000;
constexpr std::size_t unsent_most = 1024 * 1024;  // bytes towards the Jabber server before deliveries wait
constexpr std::size_t works_most = 4000;          // commits that wait before reading stops
constexpr std::size_t works_few = 1000;
constexpr std::size_t letters_most = 1000;  // letters that are being encrypted, and OTR under way, likewise
constexpr std::size_t letters_few = 250;
constexpr auto resume_after = std::chrono::milliseconds(10);
constexpr auto stop_patience = std::chrono::seconds(10);
constexpr auto close_patience = std::chrono::seconds(5);

Time now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

struct Gateway::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, const config::Config& config_)
        : io(io_),
          config(config_),
          seal(Seal::open_or_make(config.store.key_file)),
          store(config.store.url, seal, [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }),
          directory(store),
          workers(Workers::usual(), [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }),
          openpgp(directory, store, workers, openpgp_settings(config)),
          own_words(
              store, {config.xmpp.component, config.mail.expire},
              [this](queue::Entry entry) { jabber_leg.committed(std::move(entry)); },
              [this](queue::Entry entry) { mail_leg.committed(std::move(entry)); }),
          tls(config.mail.ca_file),
          wake(io),
          sweep(io),
          stop_timer(io),
          component(io, component_settings(config), component_calls()),
          mail_leg(queue::Leg::mail, store, mail_calls()),
          jabber_leg(queue::Leg::jabber, store, jabber_calls()),
          outbox(directory, store, outbox_settings(config), outbox_calls()),
          inbox(directory, store, seal, {config.xmpp.component, config.mail.expire}, inbox_calls()),
          secure_join(
              directory, store, workers, openpgp, {config.mail.expire},
              {[this](queue::Entry entry) { mail_leg.committed(std::move(entry)); }, now,
               [this](const Account& account, const Contact& contact) { own_words.verified(account, contact); }}),
          archive(directory, store, {config.xmpp.component},
                  {[this](const xmpp::Tag& tag) { component.send(tag); },
                   [this](const xmpp::Tag& message) { take_message(message); }, now, [this] { set_wake(); }}),
          returned(directory, store, config.relay.domain,
                   {[this](queue::Entry entry) { mail_leg.committed(std::move(entry)); }, now}),
          otr(directory, store, workers, {config.xmpp.component}, otr_calls()),
          tunnel(directory,
                 {[this](const xmpp::Tag& tag) { component.send(tag); },
                  [this](const Account& account, const coi::Address& to, const xmpp::Tag& message) {
                      outbox.take_tunnelled(account, to, message);
                  },
                  [this](const Account& account, const std::string& text) { own_words.say_to(account, text); }}),
          delivery(component, otr, tunnel, inbox),
          failures(directory, store, mail_leg, jabber_leg, inbox, {config.xmpp.component, config.relay.domain},
                   {now, [this](std::chrono::milliseconds length,
                                std::function<void()> call) { run_after(length, std::move(call)); }}),
          presence(directory, config.xmpp.component, [this](const xmpp::Tag& tag) { component.send(tag); }),
          key_desk(directory, store, workers, openpgp, secure_join, otr,
                   [this](const std::string& jid, const std::string& lang, KeyDesk::Ready ready) {
                       outbox.with_relay_account(jid, lang, std::move(ready));
                   }),
          services(directory, key_desk, service_settings(config), service_calls()),
          linked(io, tls, directory, store, linked_settings(config), linked_calls()) {
        presence.relay_account = [this](const std::string& jid, std::function<void(bool)> made) {
            outbox.with_relay_account(jid, "",
                                      [made = std::move(made)](const Account* account) { made(account != nullptr); });
        };
        if (config.relay.domain.empty()) return;
        relay_out = std::make_unique<Submission>(io, tls, relay_submission_settings(config));
        relay = std::make_unique<Relay>(io, relay_settings(config), directory, outbox, inbox);
    }

    boost::asio::io_context& io;
    config::Config config;
    Seal seal;
    Store store;
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
    KeyDesk key_desk;
    Services services;
    Linked linked;
    std::unique_ptr<Submission> relay_out;
    std::unique_ptr<Relay> relay;
    bool stopping = false, reading_paused = false;
    std::optional<Time> wake_set;

    // --- calls between the rooms
    xmpp::Component::Calls component_calls() {
        return {[this](xmpp::Stanza stanza) { take(std::move(stanza)); },
                [this] {
                    log::info("connected to the Jabber server at {}:{} as {}", config.xmpp.server.host,
                              config.xmpp.server.port, config.xmpp.component);
                    notify::status("serving " + config.xmpp.component);
                    archive.online();
                    jabber_leg.lane_up(shared_lane);
                },
                [this](const std::string& why) {
                    archive.offline();
                    log::warn("not connected to the Jabber server: {}", why);
                    notify::status("not connected to the Jabber server: " + why);
                },
                [this](const xmpp::Stanza& head) { refuse_oversize(*head); }};
    }

    Leg::Calls mail_calls() {
        Leg::Calls calls;
        calls.attempt = [this](const queue::Entry& entry, std::function<void(Fate)> finished) {
            send_mail(entry, std::move(finished));
        };
        calls.done = [this](const queue::Entry& entry) { mail_done(entry); };
        calls.refused = [this](const queue::Entry& entry, const coi::Error& error) {
            failures.mail_refused(entry, error);
        };
        calls.lane = [this](const queue::Entry& entry) {
            const Account* account = directory.find(entry.account);
            return account && account->kind == Account::Kind::mailbox ? static_cast<Leg::LaneId>(account->id)
                                                                      : shared_lane;
        };
        calls.capacity = [this](Leg::LaneId lane) {
            return lane == shared_lane ? config.relay.connections : std::size_t{1};
        };
        calls.now = now;
        calls.wake_changed = [this] { set_wake(); };
        return calls;
    }

    Leg::Calls jabber_calls() {
        Leg::Calls calls;
        calls.attempt = [this](const queue::Entry& entry, std::function<void(Fate)> finished) {
            delivery.send(entry, std::move(finished));
        };
        calls.done = [this](const queue::Entry& entry) { inbox.entry_done(entry); };
        calls.refused = [this](const queue::Entry& entry, const coi::Error& error) {
            failures.stanza_refused(entry, error);
        };
        calls.lane = [](const queue::Entry&) { return shared_lane; };
        calls.capacity = [this](Leg::LaneId) {
            return component.unsent() > unsent_most ? std::size_t{1} : jabber_in_flight;
        };
        calls.now = now;
        calls.wake_changed = [this] { set_wake(); };
        return calls;
    }

    Outbox::Calls outbox_calls() {
        return {
            [this](const xmpp::Tag& tag) { component.send(tag); },
            [this](queue::Entry entry) {
                mail_leg.committed(std::move(entry));
                resume_reading();
            },
            now,
            [this](const Account& account, const Contact& contact, Letter letter, std::function<void(Closed)> done) {
                openpgp.close(account, contact, std::move(letter), std::move(done));
            },
            [this](const Account& account, const Contact& contact) { own_words.encrypted(account, contact); }};
    }

    Inbox::Calls inbox_calls() {
        Inbox::Calls calls;
        calls.committed = [this](queue::Entry entry) { jabber_leg.committed(std::move(entry)); };
        calls.now = now;
        calls.open = [this](const Account& account, std::shared_ptr<const std::string> bytes, coi::Message mail,
                            std::function<void(Unfolded)> done) {
            openpgp.open(account, std::move(bytes), std::move(mail), std::move(done));
        };
        calls.secure_join = [this](const Account& account, const Arrival& arrival, std::function<void(Verdict)> done) {
            secure_join.take(account, arrival, std::move(done));
        };
        calls.may_pass = [this](const Account& account, const std::string& contact, const coi::MessageId& id,
                                const OtrMessage& message) { return tunnel.may_pass(account, contact, id, message); };
        calls.say = [this](const Account& account, const std::string& text) { own_words.say_to(account, text); };
        calls.own_field = [this](const Account& account, const std::string& field) {
            key_desk.own_field(account.id, field, [this, id = account.id](const coi::openpgp::Fingerprint& key) {
                if (const Account* still = directory.find(id)) own_words.foreign_key(*still, key);
            });
        };
        calls.key_replaced = [this](const Account& account, const Contact& contact,
                                    const coi::openpgp::Fingerprint& key) {
            own_words.key_replaced(account, contact, key);
        };
        calls.encrypted = [this](const Account& account, const Contact& contact) {
            own_words.encrypted(account, contact);
        };
        return calls;
    }

    Otr::Calls otr_calls() {
        return {[this](const xmpp::Tag& tag) { component.send(tag); },
                [this](const xmpp::Tag& message, bool from_otr) { outbox.take(message, from_otr); },
                [this](const std::string& jid, const std::string& lang, std::function<void(const Account*)> ready) {
                    outbox.with_relay_account(jid, lang, std::move(ready));
                },
                [this](const Account& account, const std::string& text) { own_words.say_to(account, text); },
                [this](AccountId id, const std::string& contact) { jabber_leg.line_up(id, contact); },
                [this](queue::Entry entry) { jabber_leg.committed(std::move(entry)); }};
    }

    ServiceCalls service_calls() {
        ServiceCalls calls;
        calls.send = [this](const xmpp::Tag& tag) { component.send(tag); };
        calls.check = [this](LinkRequest request, const std::string& lang, std::function<void(LinkOutcome)> done) {
            linked.check(std::move(request), lang, std::move(done));
        };
        calls.health = [this](const Account& account, const std::string& lang) { return linked.health(account, lang); };
        calls.mail_to = [this](const Account& account, const std::string& subject, const std::string& text,
                               std::function<void(bool)> done) {
            own_words.mail_to(account, subject, text, std::move(done));
        };
        calls.linked = [this](const std::string& jid) { presence.linked(jid); };
        calls.unlinked = [this](const std::string& jid, const std::vector<std::string>& contacts) {
            presence.unlinked(jid, contacts);
        };
        return calls;
    }

    Linked::Calls linked_calls() {
        return {[this](Arrival arrival, std::function<void(Verdict)> done) {
                    inbox.take(std::move(arrival), std::move(done));
                },
                [this](AccountId id) { mail_leg.lane_up(static_cast<Leg::LaneId>(id)); },
                [this](const Account& account, const std::string& text) { own_words.say_to(account, text); }};
    }

    // --- the loop's work
    void take(xmpp::Stanza stanza) {
        if (archive.take(stanza)) return;
        const std::string& name = stanza->name();
        const xmpp::JID to = xmpp::read_jid(xmpp::attribute(*stanza, "to"));
        const std::string type = xmpp::attribute(*stanza, "type");
        if (name == "iq") {
            services.take_iq(*stanza);
        } else if (name == "presence") {
            presence.take(*stanza, services.may_use(xmpp::read_jid(xmpp::attribute(*stanza, "from")).bare()));
            if (type.empty()) otr.available(xmpp::attribute(*stanza, "from"));
            if (type == "unavailable") {
                otr.unavailable(xmpp::attribute(*stanza, "from"));
                tunnel.unavailable(xmpp::attribute(*stanza, "from"));
            }
        } else if (name == "message" && type == "error") {
            returned.take(*stanza);
        } else if (name == "message" && to.username().empty()) {
            services.take_words(*stanza);
        } else if (name == "message") {
            take_message(*stanza);
            if ((store.waiting() > works_most || letters() > letters_most) && !reading_paused) {
                reading_paused = true;
                component.pause_reading(true);
                resume_when_through();
            }
        }
    }

    void take_message(const xmpp::Tag& message) {
        if (!tunnel.take(message)) otr.take(message);
    }

    void refuse_oversize(const xmpp::Tag& head) {
        const std::string& lang = xmpp::attribute(head, "xml:lang");
        log::info("a {} is over the limits of a stanza and was refused", head.name());
        if (head.name() == "presence" || xmpp::attribute(head, "from").empty()) return;
        const auto reply = xmpp::error_reply(head, "modify", "policy-violation",
                                             say(lang, "This is too large or too deeply nested to be carried."), lang);
        if (reply) component.send(*reply);
    }

    /// What waits for a worker, or comes from one.
    std::size_t letters() const { return std::max(openpgp.waiting(), workers.waiting()); }

    /// Whatever it is that waits, reading goes on after it.
    void resume_when_through() {
        store.commit([](Database&) {},
                     [this](const Store::Failure& failure) {
                         resume_reading();
                         if (!reading_paused || failure) return;  // a store that failed says when it is well again
                         run_after(resume_after, [this] { resume_when_through(); });
                     });
    }

    void resume_reading() {
        if (!reading_paused || store.waiting() > works_few || letters() > letters_few) return;
        reading_paused = false;
        component.pause_reading(false);
    }

    void send_mail(const queue::Entry& entry, std::function<void(Fate)> finished) {
        const Account* account = directory.find(entry.account);
        if (!account) return finished(Fate{});  // unlinked meanwhile: all of it is deleted
        Submission* out = account->kind == Account::Kind::mailbox ? linked.submission(account->id) : relay_out.get();
        if (out) return out->send(entry, std::move(finished));
        finished(Fate{Fate::Kind::unreachable,
                      {coi::ErrorKind::unreachable, false, "there is no mail server for this account", 0, {}}});
    }

    void mail_done(const queue::Entry& entry) {
        log::debug("mail {} was accepted", entry.name);
        if (entry.from.empty()) directory.remove_if_unused(entry.account);  // a bounce may have been the last of it
        const Account* account = directory.find(entry.account);
        if (account && account->kind == Account::Kind::mailbox && account->sent_copy && !entry.origin.empty()) {
            linked.file_sent(account->id, entry.payload);
        }
    }

    void set_wake() {
        std::optional<Time> next = mail_leg.next_wake();
        for (const auto& other : {jabber_leg.next_wake(), archive.deadline()}) {
            if (other && (!next || *other < *next)) next = other;
        }
        if (!next || (wake_set && *wake_set <= *next && *wake_set > now())) return;
        wake_set = next;
        wake.expires_after(std::max(*next - now(), std::chrono::milliseconds(1)));
        wake.async_wait([this](const boost::system::error_code& aborted) {
            if (aborted) return;
            wake_set.reset();
            mail_leg.tick(now());
            jabber_leg.tick(now());
            archive.tick(now());
            set_wake();
        });
    }

    void run_after(std::chrono::milliseconds length, std::function<void()> call) {
        auto timer = std::make_shared<boost::asio::steady_timer>(io, length);
        timer->async_wait(
            [self = shared_from_this(), timer, call = std::move(call)](const boost::system::error_code& aborted) {
                if (!aborted) call();
            });
    }

    /// What is too old is given up, what is late is said so; ids and invites that are old enough are forgotten.
    void sweep_queue() {
        otr.tick();
        tunnel.tick();
        failures.sweep(now() - config.mail.warn_after);
        store.later([before = now() - config.store.keep_ids](Database& db) { ids::expire(db, before); });
        secure_join.sweep();
        if (!archive.pending()) store.later([at = now()](Database& db) { marker::alive(db, at); });
        const auto shortest = std::min<std::chrono::milliseconds>(config.mail.warn_after, config.mail.expire);
        sweep.expires_after(std::clamp<std::chrono::milliseconds>(shortest / 4, std::chrono::milliseconds(250),
                                                                  std::chrono::seconds(30)));
        sweep.async_wait([this](const boost::system::error_code& aborted) {
            if (!aborted) sweep_queue();
        });
    }

    // --- the end
    /// Attempts under way finish (10 s), the stream is closed, what still comes is committed (5 s), the store is last.
    void finish_attempts(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped) {
        const bool idle = mail_leg.in_flight() == 0 && jabber_leg.in_flight() == 0 && letters() == 0 &&
                          (!relay || relay->sessions() == 0);
        if (!idle && std::chrono::steady_clock::now() < deadline) {
            stop_timer.expires_after(std::chrono::milliseconds(20));
            stop_timer.async_wait([this, deadline, stopped = std::move(stopped)](const boost::system::error_code&) {
                finish_attempts(deadline, stopped);
            });
            return;
        }
        component.close(close_patience, [this, stopped = std::move(stopped)] {
            archive.offline();
            finish_letters(std::chrono::steady_clock::now() + close_patience, stopped);
        });
    }

    /// What came last has its place in the store before the mark that all was well.
    void finish_letters(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped) {
        const bool late = std::chrono::steady_clock::now() >= deadline;
        if (letters() > 0 && !late) {
            run_after(resume_after,
                      [this, deadline, stopped = std::move(stopped)] { finish_letters(deadline, stopped); });
            return;
        }
        store.commit(
            [clean = !archive.pending() && !late](Database& db) {
                if (clean) marker::stopped(db);
            },
            [stopped](const Store::Failure&) { stopped(); });
    }
};

Gateway::Gateway(boost::asio::io_context& io, const config::Config& config)
    : state_(std::make_shared<State>(io, config)) {}
Gateway::~Gateway() = default;

void Gateway::start() {
    State& s = *state_;
    s.store.on_health([&s](bool well, const std::string& why) {
        if (well) {
            log::info("the store works again");
            s.resume_when_through();
        } else {
            log::error("the store cannot be written: {}. Nothing is taken until it can; free disk space or repair it",
                       why);
        }
    });
    s.mail_leg.start();
    s.jabber_leg.start();
    if (s.relay) s.relay->start();
    s.component.start();
    s.linked.start();
    s.sweep_queue();
    if (on_ready) on_ready();
}

void Gateway::stop(std::function<void()> stopped) {
    State& s = *state_;
    if (std::exchange(s.stopping, true)) return;
    s.otr.stop();
    s.mail_leg.stop();
    s.jabber_leg.stop();
    s.linked.stop();
    if (s.relay) s.relay->stop();
    s.sweep.cancel();
    s.finish_attempts(std::chrono::steady_clock::now() + stop_patience, std::move(stopped));
}

std::vector<std::string> Gateway::reload(const config::Config& wanted) {
    State& s = *state_;
    const config::Difference difference = config::compare(s.config, wanted);
    std::vector<std::string> lines;
    for (const auto& key : difference.restart) lines.push_back(key + " changes with the next restart only");
    s.config = reloaded(s.config, wanted);
    s.outbox.reload(outbox_settings(s.config));
    s.inbox.reload({s.config.xmpp.component, s.config.mail.expire});
    s.services.reload(service_settings(s.config));
    s.linked.reload(linked_settings(s.config));
    s.openpgp.reload(openpgp_settings(s.config));
    s.failures.reload({s.config.xmpp.component, s.config.relay.domain});
    s.secure_join.reload({s.config.mail.expire});
    s.own_words.reload({s.config.xmpp.component, s.config.mail.expire});
    if (s.relay) s.relay->reload(relay_settings(s.config));
    for (const auto& key : difference.reloadable) lines.push_back(key + " was taken over");
    return lines;
}

void Gateway::command(const std::string& verb, boost::json::object in,
                      std::function<void(boost::json::object out)> answer) {
    State& s = *state_;
    administer({s.directory, s.store, s.mail_leg, s.jabber_leg, s.linked,
                [&s](const queue::Entry& entry) { s.failures.give_up(entry); }},
               verb, std::move(in), std::move(answer));
}

}  // namespace gateway
