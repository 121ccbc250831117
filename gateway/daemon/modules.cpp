// Makes the modules and connects them; see modules.h.

#include "gateway/daemon/modules.h"

#include <boost/asio/post.hpp>

#include "gateway/daemon/settings.h"
#include "gateway/daemon/systemd.h"
#include "gateway/log.h"
#include "gateway/transport/mail_reader.h"

namespace gateway {

namespace {

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
                            },
                        .after = timer()}),
      relay_accounts(directory, relay_account_settings(config)),
      verdicts(store),
      workers(Workers::usual(), [this](std::function<void()> call) { boost::asio::post(io, std::move(call)); }),
      openpgp(directory, store, workers, openpgp_settings(config)),
      tls(config.mail.ca_file),
      wake(io),
      sweep(io),
      stop_timer(io),
      component(io, component_settings(config), component_calls()),
      stream(component),
      clients(stream, config.xmpp.component),
      user_profiles(directory, store, stream, config.xmpp.component),
      roster_names(directory, stream, config.xmpp.component),
      message_privilege(config.xmpp.component),
      upload_slots(stream, timer(), {config.xmpp.component, component_settings(config).server_domain}),
      file_upload(io, tls, upload_slots, config.files.upload),
      own_files(config.files.listen.empty()
                    ? nullptr
                    : std::make_unique<OwnFiles>(io, directory, own_files_settings(config), now)),
      file_stores(file_upload, own_files ? &own_files->folder() : nullptr, config.files.url),
      file_download(io, tls, upload_slots, download_settings(config)),
      inline_pictures(stream, timer()),
      names(directory, clients, roster_names, stream, config.xmpp.component),
      mail_sender(
          directory, account_end, linked, failures, stream,
          [this](const coi::MessageId& id) { return envelope_id(id, seal); }, delivered_of(config)),
      jabber_sender(component, directory, account_end, omemo, otr, tunnel, verdicts, failures, message_privilege),
      mail_scheduler(queue::Direction::mail, store, mail_sender, now, [this] { set_wake(); }),
      jabber_scheduler(
          queue::Direction::jabber, store, jabber_sender, now, [this] { set_wake(); }, jabber_limits()),
      notices(store, jabber_scheduler, mail_scheduler, {config.xmpp.component, config.mail.expire}),
      outgoing_files(
          {directory, store, workers, openpgp, mail_scheduler, file_download, inline_pictures, notices, now}),
      read_sync({directory, store, jabber_scheduler, now, [this](AccountId id) { linked.set_marks(id); }},
                {config.xmpp.component, config.mail.expire}),
      outgoing({directory, store, relay_accounts, openpgp, mail_scheduler, stream, clients, names, user_profiles,
                notices, outgoing_files, read_sync, now, timer()},
               outgoing_settings(config)),
      secure_join(directory, store, workers, openpgp, mail_scheduler, notices, {config.mail.expire}, now),
      otr(directory, store, workers, relay_accounts, openpgp, outgoing, jabber_scheduler, stream, notices,
          {config.xmpp.component}),
      omemo({directory, store, workers, relay_accounts, openpgp, otr, outgoing, jabber_scheduler, stream, notices,
             timer(), now},
            {config.xmpp.component}),
      tunnel(directory, outgoing, stream, notices),
      key_management(directory, store, workers, openpgp, secure_join, otr, omemo, relay_accounts),
      rooms(directory, store, stream, {config.xmpp.component}, timer()),
      group_encryption(directory, store, workers, openpgp),
      room_outgoing({directory, store, group_encryption, mail_scheduler, stream, rooms, room_turns, now},
                    {config.xmpp.component, config.mail.expire}),
      incoming({directory, store, verdicts, workers, openpgp, secure_join, key_management, tunnel, jabber_scheduler,
                notices, names, profiles, file_stores, outgoing, rooms, room_turns, now},
               seal, {config.xmpp.component, config.mail.expire, config.groups.rooms}),
      archive({directory, store, stream, *this, now}, {config.xmpp.component}),
      returned({directory, store, mail_scheduler, now}, config.relay.domain),
      failures(directory, clients, store, mail_scheduler, jabber_scheduler, verdicts,
               {config.xmpp.component, config.relay.domain}, now, timer()),
      account_end(directory, stream, mail_scheduler, jabber_scheduler, config.xmpp.component, now, timer(),
                  AccountEnd::Patience{}),
      presence(directory, relay_accounts, stream, account_end, outgoing,
               {config.xmpp.component, component_settings(config).server_domain}, timer(),
               [this](const std::string& user) { return services.may_register(user); }),
      profiles(directory, store, clients, presence, stream, config.xmpp.component, timer()),
      cards(directory, profiles, stream, timer(), config.xmpp.max_stanza),
      omemo_nodes(directory, relay_accounts, omemo, stream, config.xmpp.component, timer()),
      linked(io, tls, directory, store, workers, crash_guard, incoming, read_sync, mail_scheduler, notices,
             linked_settings(config)),
      services(directory, relay_accounts, key_management, linked, presence, presence, notices, clients, cards,
               omemo_nodes, stream, file_stores, service_settings(config)) {
    directory.notify_senders_by(failures);
    if (config.relay.domain.empty()) return;
    mail_sender.start_relay(io, tls, relay_submission_settings(config), config.relay.connections);
    relay = std::make_unique<LmtpReceiver>(io, relay_settings(config), directory, relay_accounts, incoming, verdicts,
                                           workers, crash_guard);
}

Timer Gateway::State::timer() {
    return [this](std::chrono::milliseconds length, std::function<void()> call) { run_after(length, std::move(call)); };
}

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
                upload_slots.online();
            },
            [this](const std::string& why) {
                archive.offline();
                clients.offline();
                user_profiles.offline();
                profiles.offline();
                cards.offline();
                omemo.offline();
                omemo_nodes.offline();
                rooms.offline();
                roster_names.offline();
                message_privilege.offline();
                upload_slots.offline();
                inline_pictures.offline();
                log::warn("not connected to the Jabber server: {}", why);
                systemd::status("not connected to the Jabber server: " + why);
            },
            [this](const xmpp::Stanza& head) { refuse_oversize(*head); }};
}

}  // namespace gateway
