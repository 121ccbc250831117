// The work of the event loop; see gateway.h.

#include "gateway/daemon/gateway.h"

#include <algorithm>

#include "gateway/daemon/administration.h"
#include "gateway/daemon/modules.h"
#include "gateway/daemon/settings.h"
#include "gateway/daemon/systemd.h"
#include "gateway/encryption/otr_markup.h"
#include "gateway/localization.h"
#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "gateway/store/clean_shutdown.h"
#include "gateway/store/ids.h"
#include "xmpp/jid.h"
#include "xmpp/xep/xep0045_muc.h"

namespace gateway {

namespace {

constexpr std::size_t works_most = 500;  // waiting commits above which reading stops
constexpr std::size_t works_few = 125;
constexpr std::size_t letters_most = 1000;  // the same for mails that are being encrypted, and OTR in progress
constexpr std::size_t letters_few = 250;
constexpr auto resume_after = std::chrono::milliseconds(10);
constexpr auto stop_patience = std::chrono::seconds(10);
constexpr auto close_patience = std::chrono::seconds(5);

}  // namespace

void Gateway::State::take(xmpp::Stanza stanza) {
    if (stanza->name() == "message") {  // the archive has a look at it, too
        if (is_own_message(*stanza)) return;
        roster_names.take_grant(*stanza);
        message_privilege.take_grant(*stanza);
        upload_slots.take_grant(*stanza);
    }
    if (!archive.take(stanza)) take_in_turn(std::move(stanza));
}

/// The sender's contacts are read from the disk before their first stanza; what they send meanwhile waits behind it.
/// The server writes JIDs in their normalised form.
void Gateway::State::take_in_turn(xmpp::Stanza stanza) {
    const std::string& from = xmpp::attribute(*stanza, "from");
    const Account* account = directory.of_user(from.substr(0, from.find('/')));
    if (!account || directory.is_loaded(account->id)) {
        take_known(*stanza);
    } else {
        ++at_door;
        directory.load(account->id,
                       [this, waiting = std::shared_ptr<xmpp::Tag>(std::move(stanza))](const Store::Failure& failure) {
                           --at_door;
                           failure ? refuse_for_now(*waiting, *failure) : take_known(*waiting);
                       });
    }
    if ((store.waiting() <= works_most && letters() <= letters_most) || reading_paused) return;
    reading_paused = true;
    component.pause_reading(true);
    resume_when_through();
}

void Gateway::State::take_known(const xmpp::Tag& stanza) {
    try {
        hand_out(stanza);
    } catch (const StoreError& error) {
        refuse_for_now(stanza, error);
    }
}

/// The contacts of its sender cannot be read. Only a request is answered; of a presence the answer is lost.
void Gateway::State::refuse_for_now(const xmpp::Tag& stanza, const StoreError& why) {
    log::error("a {} of {} is not taken: {}", stanza.name(), xmpp::attribute(stanza, "from"), why.what());
    const std::string& type = xmpp::attribute(stanza, "type");
    const bool is_answer = stanza.name() == "iq" && (type == "result" || type == "error");
    if (is_answer || (stanza.name() == "presence" && type != "subscribe")) return;
    const std::string& lang = xmpp::attribute(stanza, "xml:lang");
    const auto reply =
        xmpp::error_reply(stanza, "wait", "resource-constraint",
                          say(lang, "The gateway cannot take messages right now. Please try again later."), lang);
    if (reply) component.send(*reply);
}

void Gateway::State::hand_out(const xmpp::Tag& stanza) {
    const std::string& name = stanza.name();
    const std::string& type = xmpp::attribute(stanza, "type");
    if (name == "iq") {
        if (OtrMarkup::is_answer(stanza)) return otr.take_answer(stanza);
        if (clients.is_answer(stanza)) {
            const auto client = clients.take_answer(stanza);
            if (client && clients.reads_names(*client)) names.introduce(*client);
            if (client && clients.reads_pictures(*client)) profiles.introduce(*client);
            if (client && clients.reads_devices(*client)) omemo_nodes.introduce(*client);
            return;
        }
        if (roster_names.take_answer(stanza) || upload_slots.take_answer(stanza)) return;
        if (user_profiles.take_answer(stanza) || inline_pictures.take_answer(stanza)) return;
        if (omemo.take_answer(stanza)) return;
        if (type == "set") note_client(stanza);
        if (is_for_room(stanza)) {
            const bool is_change = type == "set" && !xmpp::xep0045::admin_items(stanza, 1).empty();
            return is_change ? room_outgoing.take_changes(stanza) : rooms.take_iq(stanza);
        }
        if (!account_end.take(stanza) && !presence.take_answer(stanza)) services.take_iq(stanza);
    } else if (name == "presence") {
        take_presence(stanza);
    } else if (name == "message" && type == "error") {
        returned.take(stanza);
    } else if (name == "message") {
        if (omemo.take_event(stanza) || user_profiles.take_event(stanza)) return;
        note_client(stanza);
        if (is_gateway(xmpp::read_jid(xmpp::attribute(stanza, "to")))) return services.take_words(stanza);
        take_message(stanza);
    }
}

void Gateway::State::note_client(const xmpp::Tag& stanza) {
    const std::string& from = xmpp::attribute(stanza, "from");
    if (clients.knows(from)) return;
    const std::string user = xmpp::read_jid(from).bare();
    if (!services.may_use(user)) return;
    clients.heard_of(from);
    roster_names.update(user);
}

void Gateway::State::take_presence(const xmpp::Tag& stanza) {
    const std::string &type = xmpp::attribute(stanza, "type"), &from = xmpp::attribute(stanza, "from");
    const std::string user = xmpp::read_jid(from).bare();
    const bool may_use = services.may_use(user);
    if (is_for_room(stanza)) return rooms.take_presence(stanza);
    presence.take(stanza, may_use);
    // Of a client that has come [RFC 6121 §4.2.2], also of a user who does not let the gateway see their presence.
    if (type == "probe" && !xmpp::read_jid(from).resource().empty()) note_client(stanza);
    if (type.empty()) {
        note_client(stanza);
        user_profiles.take_presence(stanza);
        otr.available(from);
        omemo.available(from);
    } else if (type == "unavailable") {
        clients.unavailable(from);
        otr.unavailable(from);
        tunnel.unavailable(from);
    } else if (type == "subscribe" && may_use) {
        const xmpp::JID to = xmpp::read_jid(xmpp::attribute(stanza, "to"));
        if (const auto address = address_of(to); address && !is_gateway(to)) names.met(user, to.bare(), *address);
    }
}

void Gateway::State::take_message(const xmpp::Tag& message) {
    const std::string what = CrashGuard::stanza(xmpp::attribute(message, "from"), xmpp::attribute(message, "id"));
    if (!crash_guard.may(what)) {
        log::warn("a message over which the gateway ended several times is refused: {}", what);
        const std::string& lang = xmpp::attribute(message, "xml:lang");
        const auto reply = xmpp::error_reply(message, "cancel", "internal-server-error",
                                             say(lang, "This message cannot be carried."), lang);
        if (reply) component.send(*reply);
        return;
    }
    const auto hold = crash_guard.take(what);
    if (is_for_room(message))
        take_in_room(message);
    else if (!omemo.take(message) && !tunnel.take(message))
        otr.take(message);
    crash_guard.passed(what);
}

bool Gateway::State::is_for_room(const xmpp::Tag& stanza) const {
    return config.groups.rooms && Rooms::is_room(xmpp::read_jid(xmpp::attribute(stanza, "to")));
}

void Gateway::State::take_in_room(const xmpp::Tag& message) {
    const std::string &from = xmpp::attribute(message, "from"), &lang = xmpp::attribute(message, "xml:lang");
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(message, "to"));
    const bool is_to_all = xmpp::attribute(message, "type") == "groupchat" && to.resource().empty();
    const std::string* nick = rooms.nick_of(to.username(), from);
    if (is_to_all && nick != nullptr) return room_outgoing.take(message, *nick);
    if (nick != nullptr && !xmpp::xep0045::invitations_of(message, 1).empty())
        return room_outgoing.take_changes(message);
    const char* condition = nick == nullptr ? "not-acceptable" : "service-unavailable";
    const std::string words = nick == nullptr ? say(lang, "You are not in this room. Please enter it again.")
                                              : say(lang, "Please write to this person in a chat of your own.");
    if (const auto reply = xmpp::error_reply(message, "cancel", condition, words, lang)) component.send(*reply);
}

void Gateway::State::refuse_oversize(const xmpp::Tag& head) {
    const std::string& lang = xmpp::attribute(head, "xml:lang");
    log::info("a {} is over the limits of a stanza and was refused", head.name());
    if (head.name() == "presence" || xmpp::attribute(head, "from").empty()) return;
    const xmpp::Stanza cut(head.clone());
    if (head.name() == "message") xmpp::add(*cut, "body", {}, "…");  // some clients show no error without one
    const auto reply = xmpp::error_reply(*cut, "modify", "policy-violation",
                                         say(lang, "This is too large or too deeply nested to be carried."), lang);
    if (reply) component.send(*reply);
}

std::size_t Gateway::State::letters() const {
    return std::max(
        {openpgp.waiting(), workers.waiting(), outgoing.waiting(), room_outgoing.waiting(), omemo.waiting(), at_door});
}

std::size_t Gateway::State::unfinished() const { return letters() + outgoing.under_way(); }

void Gateway::State::resume_when_through() {
    store.flush([this](const Store::Failure& failure) {
        resume_reading();
        if (!reading_paused || failure) return;  // a failed store reports when it is well again
        run_after(resume_after, [this] { resume_when_through(); });
    });
}

void Gateway::State::resume_reading() {
    if (!reading_paused || store.waiting() > works_few || letters() > letters_few) return;
    reading_paused = false;
    component.pause_reading(false);
}

void Gateway::State::set_wake() {
    std::optional<Time> next = mail_scheduler.next_wake();
    for (const auto& other : {jabber_scheduler.next_wake(), archive.deadline()}) {
        if (other && (!next || *other < *next)) next = other;
    }
    if (!next || (wake_set && *wake_set <= *next && *wake_set > now())) return;
    wake_set = next;
    wake.expires_after(std::max(*next - now(), std::chrono::milliseconds(1)));
    wake.async_wait([this](const boost::system::error_code& aborted) {
        if (aborted) return;
        wake_set.reset();
        mail_scheduler.tick(now());
        jabber_scheduler.tick(now());
        archive.tick(now());
        set_wake();
    });
}

void Gateway::State::run_after(std::chrono::milliseconds length, std::function<void()> call) {
    auto timer = std::make_shared<boost::asio::steady_timer>(io, length);
    timer->async_wait(
        [self = shared_from_this(), timer, call = std::move(call)](const boost::system::error_code& aborted) {
            if (!aborted) call();
        });
}

void Gateway::State::sweep_queue() {
    otr.tick();
    omemo.tick();
    tunnel.tick();
    failures.sweep(now() - config.mail.warn_after);
    ids::expire(store, now() - config.store.keep_ids);
    secure_join.sweep();
    if (!archive.pending()) clean_shutdown::alive(store, now());
    const auto shortest = std::min<std::chrono::milliseconds>(config.mail.warn_after, config.mail.expire);
    sweep.expires_after(
        std::clamp<std::chrono::milliseconds>(shortest / 4, std::chrono::milliseconds(250), std::chrono::seconds(30)));
    sweep.async_wait([this](const boost::system::error_code& aborted) {
        if (!aborted) sweep_queue();
    });
}

void Gateway::State::finish_attempts(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped) {
    const bool idle = mail_scheduler.in_flight() == 0 && jabber_scheduler.in_flight() == 0 && unfinished() == 0 &&
                      (!relay || relay->sessions() == 0);
    if (!idle && std::chrono::steady_clock::now() < deadline) {
        stop_timer.expires_after(std::chrono::milliseconds(20));
        stop_timer.async_wait([this, deadline, stopped = std::move(stopped)](const boost::system::error_code&) {
            finish_attempts(deadline, stopped);
        });
        return;
    }
    const auto close = [this, stopped = std::move(stopped), is_closed = std::make_shared<bool>(false)] {
        if (std::exchange(*is_closed, true)) return;
        stop_timer.cancel();
        component.close(close_patience, [this, stopped] {
            archive.offline();
            finish_letters(std::chrono::steady_clock::now() + close_patience, stopped);
        });
    };
    stop_timer.expires_after(close_patience);  // the disk may not answer
    stop_timer.async_wait([close](const boost::system::error_code& aborted) {
        if (!aborted) close();
    });
    presence.leave(close);
}

void Gateway::State::finish_letters(std::chrono::steady_clock::time_point deadline, std::function<void()> stopped) {
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (unfinished() > 0 && !late) {
        run_after(resume_after, [this, deadline, stopped = std::move(stopped)] { finish_letters(deadline, stopped); });
        return;
    }
    clean_shutdown::stop(store, archive.pending() || late, [this, stopped, late](const Store::Failure&) {
        if (!late) crash_guard.clear();
        stopped();
    });
}

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
    s.mail_scheduler.start();
    s.jabber_scheduler.start();
    if (s.own_files) s.own_files->start();
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
    s.mail_scheduler.stop();
    s.jabber_scheduler.stop();
    s.linked.stop();
    s.openpgp.stop();
    if (s.relay) s.relay->stop();
    if (s.own_files) s.own_files->stop();
    s.sweep.cancel();
    s.finish_attempts(std::chrono::steady_clock::now() + stop_patience, std::move(stopped));
}

std::vector<std::string> Gateway::reload(const config::Config& wanted) {
    State& s = *state_;
    const config::Difference difference = config::compare(s.config, wanted);
    std::vector<std::string> lines;
    for (const auto& key : difference.restart) lines.push_back(key + " changes with the next restart only");
    s.config = reloaded(s.config, wanted);
    s.relay_accounts.reload(relay_account_settings(s.config));
    s.outgoing.reload(outgoing_settings(s.config));
    s.incoming.reload({s.config.xmpp.component, s.config.mail.expire, s.config.groups.rooms});
    s.read_sync.reload({s.config.xmpp.component, s.config.mail.expire});
    s.services.reload(service_settings(s.config));
    s.linked.reload(linked_settings(s.config));
    s.mail_sender.reload(s.config.relay.connections, delivered_of(s.config));
    s.file_upload.reload(s.config.files.upload);
    s.file_download.reload(download_settings(s.config));
    if (s.own_files) s.own_files->reload(own_files_settings(s.config).limits);
    s.openpgp.reload(openpgp_settings(s.config));
    s.failures.reload({s.config.xmpp.component, s.config.relay.domain});
    s.secure_join.reload({s.config.mail.expire});
    s.notices.reload({s.config.xmpp.component, s.config.mail.expire});
    if (s.relay) s.relay->reload(relay_settings(s.config));
    for (const auto& key : difference.reloadable) lines.push_back(key + " was taken over");
    return lines;
}

void Gateway::command(const std::string& verb, boost::json::object in,
                      std::function<void(boost::json::object out)> answer) {
    State& s = *state_;
    administer({s.directory, s.store, s.mail_scheduler, s.jabber_scheduler, s.linked, s.failures}, verb, std::move(in),
               std::move(answer));
}

}  // namespace gateway
