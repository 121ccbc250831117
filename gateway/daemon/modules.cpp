// Makes the modules and connects them; see modules.h.

#include "gateway/daemon/modules.h"

#include <boost/asio/post.hpp>

#include "gateway/daemon/settings.h"
#include "gateway/daemon/systemd.h"
#include "gateway/log.h"
#include "gateway/transport/mail_reader.h"

namespace gateway {

namespace {

constexpr std::size_t jabber_in_flight = 1000;
constexpr std::size_t unsent_most = 1024 * 1024;  // bytes waiting for the socket above which deliveries wait
constexpr std::size_t unsent_few = 64 * 1024;     // above which presence and queries wait

/// All users share one stream: more places would not help, and a stanza that ends the stream interrupts the gateway for
/// everybody.
Scheduler::Limits jabber_limits() {
    Scheduler::Limits limits;
    limits.destination.full = std::chrono::milliseconds(0);
    limits.strikes_most = 3;
    return limits;
}

}  // namespace

Gateway::State::State(boost::asio::io_context& io_, const config::Config& config_)
    : io(io_),
      config(config_),
      seal(Seal::open_or_make(config.store.key_file)),
      store(config.store.url, seal, [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }),
      crash_guard(CrashGuard::file_of(config.store.url), store, now()),
      directory(store, {.has_waiting_mail =
                            [this](AccountId id, const std::string& contact) {
                                return mail_scheduler.holds(id, contact) || jabber_scheduler.holds(id, contact);
                            }}),
      relay_accounts(directory, relay_account_settings(config)),
      verdicts(store),
      workers(Workers::usual(), [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }),
      openpgp(directory, store, workers, openpgp_settings(config)),
      notices(
          store, {config.xmpp.component, config.mail.expire},
          [this](queue::Entry entry) { jabber_scheduler.committed(std::move(entry)); },
          [this](queue::Entry entry) { mail_scheduler.committed(std::move(entry)); }),
      tls(config.mail.ca_file),
      wake(io),
      sweep(io),
      stop_timer(io),
      component(io, component_settings(config), component_calls()),
      mail_scheduler(queue::Direction::mail, store, mail_calls()),
      jabber_scheduler(queue::Direction::jabber, store, jabber_calls(), jabber_limits()),
      outgoing(directory, store, relay_accounts, outgoing_settings(config), outgoing_calls()),
      incoming(directory, store, verdicts, seal, {config.xmpp.component, config.mail.expire}, incoming_calls()),
      secure_join(directory, store, workers, openpgp, {config.mail.expire},
                  {[this](queue::Entry entry) { mail_scheduler.committed(std::move(entry)); }, now,
                   [this](const Account& account, const Contact& contact) { notices.verified(account, contact); },
                   [this](const Account& account, const Contact& contact, const trust::KeyNews& news) {
                       notices.other_key(account, contact, news);
                   }}),
      archive(directory, store, {config.xmpp.component},
              {[this](const xmpp::Tag& tag) { component.send(tag); },
               [this](const xmpp::Tag& message) { take_message(message); }, now, [this] { set_wake(); }}),
      returned(directory, store, config.relay.domain,
               {[this](queue::Entry entry) { mail_scheduler.committed(std::move(entry)); }, now}),
      otr(directory, store, workers, {config.xmpp.component}, otr_calls()),
      tunnel(directory, {[this](const xmpp::Tag& tag) { component.send(tag); },
                         [this](const Account& account, const coi::Address& to, const xmpp::Tag& message) {
                             outgoing.take_tunnelled(account, to, message);
                         },
                         [this](const Account& account, const std::string& text) { notices.say_to(account, text); }}),
      delivery(component, otr, tunnel, verdicts),
      failures(directory, store, mail_scheduler, jabber_scheduler, verdicts,
               {config.xmpp.component, config.relay.domain},
               {now, [this](std::chrono::milliseconds length,
                            std::function<void()> call) { run_after(length, std::move(call)); }}),
      presence(directory, config.xmpp.component, [this](const xmpp::Tag& tag) { component.send(tag); }),
      account_end(directory, config.xmpp.component, account_end_calls(), AccountEnd::Patience{}),
      key_management(directory, store, workers, openpgp, secure_join, otr,
                     [this](const std::string& jid, const std::string& lang, KeyManagement::Ready ready) {
                         relay_accounts.get(jid, lang, std::move(ready));
                     }),
      services(directory, key_management, service_settings(config), service_calls()),
      linked(io, tls, directory, store, crash_guard, linked_settings(config), linked_calls()) {
    directory.notify_senders_by(failures);
    tie_presence();
    if (config.relay.domain.empty()) return;
    relay_out = std::make_unique<SmtpSender>(io, tls, relay_submission_settings(config));
    relay = std::make_unique<LmtpReceiver>(io, relay_settings(config), directory, relay_accounts, incoming, verdicts,
                                           workers, crash_guard);
}

void Gateway::State::tie_presence() {
    presence.relay_account = [this](const std::string& jid, std::function<void(bool)> made) {
        relay_accounts.get(jid, "", [made = std::move(made)](const Account* account) { made(account != nullptr); });
    };
    presence.server = component_settings(config).server_domain;
    presence.granted = [this](const std::string& jid) { account_end.granted(jid); };
    presence.cancelled = [this](const std::string& jid) { account_end.cancelled(jid); };
    presence.doubt = [this](const std::string& jid) { account_end.doubt(jid); };
    presence.after = [this](std::chrono::milliseconds length, std::function<void()> call) {
        run_after(length, std::move(call));
    };
    presence.may_send = [this] { return component.online() && component.unsent() < unsent_few; };
}

// --- calls between the modules
xmpp::Component::Calls Gateway::State::component_calls() {
    return {[this](xmpp::Stanza stanza) { take(std::move(stanza)); },
            [this] {
                log::info("connected to the Jabber server at {}:{} as {}", config.xmpp.server.host,
                          config.xmpp.server.port, config.xmpp.component);
                systemd::status("serving " + config.xmpp.component);
                archive.online();
                account_end.online();
                jabber_scheduler.destination_up(shared_destination);
                presence.online();
            },
            [this](const std::string& why) {
                archive.offline();
                log::warn("not connected to the Jabber server: {}", why);
                systemd::status("not connected to the Jabber server: " + why);
            },
            [this](const xmpp::Stanza& head) { refuse_oversize(*head); }};
}

Scheduler::Calls Gateway::State::mail_calls() {
    Scheduler::Calls calls;
    calls.attempt = [this](const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
        send_mail(entry, std::move(finished));
    };
    calls.done = [this](const queue::Entry& entry) { mail_done(entry); };
    calls.refused = [this](const queue::Entry& entry, const coi::Error& error) { failures.mail_refused(entry, error); };
    calls.destination = [this](const queue::Entry& entry) {
        const Account* account = directory.find(entry.account);
        return account && account->kind == Account::Kind::mailbox ? static_cast<Scheduler::DestinationId>(account->id)
                                                                  : shared_destination;
    };
    calls.capacity = [this](Scheduler::DestinationId lane) {
        return lane == shared_destination ? config.relay.connections : std::size_t{1};
    };
    calls.now = now;
    calls.wake_changed = [this] { set_wake(); };
    return calls;
}

Scheduler::Calls Gateway::State::jabber_calls() {
    Scheduler::Calls calls;
    calls.attempt = [this](const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
        deliver(entry, std::move(finished));
    };
    calls.done = [this](const queue::Entry& entry) { verdicts.taken(entry); };
    calls.refused = [this](const queue::Entry& entry, const coi::Error& error) {
        failures.stanza_refused(entry, error);
    };
    calls.destination = [](const queue::Entry&) { return shared_destination; };
    calls.capacity = [this](Scheduler::DestinationId) {
        return component.unsent() > unsent_most ? std::size_t{1} : jabber_in_flight;
    };
    calls.now = now;
    calls.wake_changed = [this] { set_wake(); };
    return calls;
}

OutgoingPipeline::Calls Gateway::State::outgoing_calls() {
    return {[this](const xmpp::Tag& tag) { component.send(tag); },
            [this](queue::Entry entry) {
                mail_scheduler.committed(std::move(entry));
                resume_reading();
            },
            [this](const queue::Entry& entry) { return mail_scheduler.forget(entry); },
            [this](AccountId id, const std::string& contact) { mail_scheduler.unblock(id, contact); },
            now,
            [this](const Account& account, const Contact& contact, OutgoingMail letter,
                   std::function<void(EncryptResult)> done) {
                openpgp.close(account, contact, std::move(letter), std::move(done));
            },
            [this](const Account& account, const Contact& contact) { notices.encrypted(account, contact); }};
}

IncomingPipeline::Calls Gateway::State::incoming_calls() {
    IncomingPipeline::Calls calls;
    calls.committed = [this](queue::Entry entry) { jabber_scheduler.committed(std::move(entry)); };
    calls.now = now;
    calls.open = [this](const Account& account, std::shared_ptr<const std::string> bytes, coi::Message mail,
                        std::function<void(Decrypted)> done) {
        openpgp.open(account, std::move(bytes), std::move(mail), std::move(done));
    };
    calls.read = [this](const Account& account, const std::shared_ptr<const coi::Message>& mail,
                        std::function<void(std::optional<Event>)> done) {
        const coi::Address& from = mail->from.front();
        const bool is_known = directory.contact(account.id, from.canonical()) != nullptr;
        mail_reader::event(workers, mail_reader::line_of(account.id, from.domain, is_known), mail, account.lang,
                           std::move(done));
    };
    calls.secure_join = [this](const Account& account, const IncomingMail& arrival,
                               std::function<void(DeliveryResult)> done) {
        secure_join.take(account, arrival, std::move(done));
    };
    calls.may_pass = [this](const Account& account, const std::string& contact, const coi::MessageId& id,
                            const OtrMessage& message) { return tunnel.may_pass(account, contact, id, message); };
    calls.say = [this](const Account& account, const std::string& text) { notices.say_to(account, text); };
    calls.away = [this](const Account& account, const Contact& contact, const coi::Message& mail) {
        notices.away(account, contact, mail);
    };
    calls.own_field = [this](const Account& account, const std::string& field) {
        key_management.own_field(account.id, field, [this, id = account.id](const coi::openpgp::Fingerprint& key) {
            if (const Account* still = directory.find(id)) notices.foreign_key(*still, key);
        });
    };
    calls.other_key = [this](const Account& account, const Contact& contact, const trust::KeyNews& news) {
        notices.other_key(account, contact, news);
    };
    calls.encrypted = [this](const Account& account, const Contact& contact) { notices.encrypted(account, contact); };
    return calls;
}

Otr::Calls Gateway::State::otr_calls() {
    return {
        [this](const xmpp::Tag& tag) { component.send(tag); },
        [this](const xmpp::Tag& message, const xmpp::Tag* under_otr) { outgoing.take(message, under_otr); },
        [this](const std::string& jid, const std::string& lang, std::function<void(const Account*)> ready) {
            relay_accounts.get(jid, lang, std::move(ready));
        },
        [this](const Account& account, const std::string& text) { notices.say_to(account, text); },
        [this](AccountId id, const std::string& contact) { jabber_scheduler.unblock(id, contact); },
        [this](queue::Entry entry) { jabber_scheduler.committed(std::move(entry)); },
        [this](const Account& account, const Contact& contact) { return openpgp.would_leave(account, contact, true); }};
}

AccountEnd::Calls Gateway::State::account_end_calls() {
    AccountEnd::Calls calls;
    calls.send = [this](const xmpp::Tag& tag) { component.send(tag); };
    calls.deliver = [this](const xmpp::Tag& tag, std::function<void(bool, const std::string&)> done) {
        component.deliver(tag, [done = std::move(done)](const xmpp::Outcome& outcome) {
            const bool refused = outcome.kind == xmpp::Outcome::Kind::refused;
            done(outcome.kind != xmpp::Outcome::Kind::lost, refused ? outcome.error.condition : "");
        });
    };
    calls.after = [this](std::chrono::milliseconds length, std::function<void()> call) {
        run_after(length, std::move(call));
    };
    calls.may_send = [this] { return component.online() && component.unsent() < unsent_few; };
    calls.now = now;
    calls.unblock = [this](queue::Direction direction, AccountId id, const std::string& contact) {
        (direction == queue::Direction::mail ? mail_scheduler : jabber_scheduler).unblock(id, contact);
    };
    return calls;
}

ServiceCalls Gateway::State::service_calls() {
    ServiceCalls calls;
    calls.send = [this](const xmpp::Tag& tag) { component.send(tag); };
    calls.check = [this](LinkRequest request, const std::string& lang, std::function<void(LinkOutcome)> done) {
        linked.check(std::move(request), lang, std::move(done));
    };
    calls.health = [this](const Account& account, const std::string& lang) { return linked.health(account, lang); };
    calls.mail_to = [this](const Account& account, const std::string& subject, const std::string& text,
                           std::function<void(bool)> done) {
        notices.mail_to(account, subject, text, std::move(done));
    };
    calls.relay_account = [this](const std::string& jid, const std::string& lang,
                                 std::function<void(const Account*)> ready) {
        relay_accounts.get(jid, lang, std::move(ready));
    };
    calls.linked = [this](const std::string& jid) { presence.linked(jid); };
    calls.unlinked = [this](const std::string& jid, const std::vector<std::string>& contacts) {
        presence.unlinked(jid, contacts);
    };
    return calls;
}

MailboxPool::Calls Gateway::State::linked_calls() {
    return {[this](AccountId id, std::shared_ptr<const std::string> bytes, const coi::Limits& limits,
                   std::function<void(coi::Result<coi::Message>)> done) {
                mail_reader::parse(workers, mail_reader::line_of(id, "", true), bytes, limits, std::move(done));
            },
            [this](IncomingMail arrival, std::function<void(DeliveryResult)> done) {
                incoming.take(std::move(arrival), std::move(done));
            },
            [this](AccountId id) { mail_scheduler.destination_up(static_cast<Scheduler::DestinationId>(id)); },
            [this](const Account& account, const std::string& text) { notices.say_to(account, text); }};
}

}  // namespace gateway
