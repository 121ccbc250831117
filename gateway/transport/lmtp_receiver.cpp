// LMTP deliveries to the incoming pipeline; see lmtp_receiver.h.

#include "gateway/transport/lmtp_receiver.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "coi/mail/authentication.h"
#include "coi/mail/charset.h"
#include "coi/message.h"
#include "gateway/await.h"
#include "gateway/log.h"
#include "gateway/model/addresses.h"
#include "gateway/transport/mail_reader.h"

namespace gateway {

using coi::net::awaitable;
using coi::net::Reply;

namespace {

constexpr int most_hops = 50;  // [RFC 5321 §6.3] asks for at least 100 hops; a delivery to chat that took 50 is a loop

constexpr std::size_t most_copied = 1024 * 1024;  // bytes of files: a mail with more is given on, and not kept

std::size_t bytes_of_files(const coi::Message& mail) {
    std::size_t bytes = 0;
    for (const auto& attachment : mail.attachments) bytes += attachment.bytes.size();
    return bytes;
}

int hops(std::string_view mail) {
    int count = 0;
    for (std::size_t at = 0; at < mail.size();) {
        const std::string_view line = mail.substr(at, mail.find("\r\n", at) - at);
        if (line.empty()) break;
        if (coi::lower(line.substr(0, 9)) == "received:") ++count;
        at += line.size() + 2;
    }
    return count;
}

Reply reply_of(const DeliveryResult& verdict, bool may_stay_open) {
    switch (verdict.kind) {
        case DeliveryResult::Kind::taken:
            return {250, "2.0.0", "delivered"};
        case DeliveryResult::Kind::duplicate:
            return {250, "2.0.0", "delivered before"};
        case DeliveryResult::Kind::silent:
            return {250, "2.0.0", "taken"};
        case DeliveryResult::Kind::declined:
            return {550, "5.7.1", "not accepted: " + verdict.reason};
        case DeliveryResult::Kind::refused:
            if (verdict.reason == "item-not-found" || verdict.reason == "service-unavailable" || verdict.reason.empty())
                return {550, "5.1.1",
                        "there is no such user here"};  // or the user has blocked the sender [XEP-0191 §3.3]
            return {550, "5.7.1", "the user's Jabber server does not take it: " + verdict.reason};
        case DeliveryResult::Kind::early:
            return {451, "4.3.0", "please try again: " + verdict.reason};
        case DeliveryResult::Kind::busy:
            return {452, "4.3.1", "cannot be taken now, please try again: " + verdict.reason};
        case DeliveryResult::Kind::open:
            if (may_stay_open) return {250, "2.0.0", "queued"};
            return {451, "4.4.1", "the Jabber server does not answer, please try again"};
    }
    return {451, "4.3.0", "internal error"};
}

}  // namespace

struct LmtpReceiver::State : std::enable_shared_from_this<State> {
    State(boost::asio::io_context& io_, Settings settings_, Directory& directory_, RelayAccounts& relay_accounts_,
          MailReceiver& receiver_, PendingVerdicts& verdicts_, Workers& workers_, CrashGuard& crash_guard_)
        : io(io_),
          settings(std::move(settings_)),
          directory(directory_),
          relay_accounts(relay_accounts_),
          receiver(receiver_),
          verdicts(verdicts_),
          workers(workers_),
          crash_guard(crash_guard_) {}

    boost::asio::io_context& io;
    Settings settings;
    Directory& directory;
    RelayAccounts& relay_accounts;
    MailReceiver& receiver;
    PendingVerdicts& verdicts;
    Workers& workers;
    CrashGuard& crash_guard;
    std::unique_ptr<coi::net::LmtpServer> server;
    std::set<AccountId> confirmed;  // the Jabber server took a stanza for them since the start

    /// Results of the mail system's checks.
    struct Proof {
        std::string sender{};  // the envelope sender, "" if it is not proven
        std::string reverse_path{};
        bool author = false, forged = false;
    };

    /// The user certainly exists: the server took a stanza for them, or they wrote through the gateway.
    bool is_confirmed(AccountId id) const {
        if (confirmed.contains(id)) return true;
        const auto contacts = directory.contacts(id);
        return std::any_of(contacts.begin(), contacts.end(),
                           [](const Contact* contact) { return contact->written_to; });
    }

    bool is_vouched(AccountId id) const {
        const Account* account = directory.find(id);
        return account != nullptr && account->vouched;
    }

    /// The account has no data of its user: they have neither written nor subscribed.
    bool is_unused(AccountId id) const {
        const auto contacts = directory.contacts(id);
        return std::none_of(contacts.begin(), contacts.end(),
                            [](const Contact* contact) { return contact->written_to || contact->subscribed; });
    }

    /// Whether nothing remains of the mail after this verdict: then an account that was made for it is removed.
    bool is_for_nothing(AccountId id, DeliveryResult::Kind verdict) const {
        if (verdict == DeliveryResult::Kind::refused) return is_unused(id);
        if (verdict != DeliveryResult::Kind::declined && verdict != DeliveryResult::Kind::silent) return false;
        return directory.contacts(id).empty();  // otherwise another mail was taken at the same time
    }

    std::optional<std::string> user_of_recipient(const std::string& recipient) const {
        const auto address = coi::parse_addr_spec(recipient);
        if (!address || address->domain != settings.domain) return std::nullopt;
        const auto jid = user_of(*address);
        if (!jid) return std::nullopt;
        if (!settings.users.empty() && !settings.users.contains(jid->bare())) return std::nullopt;
        return jid->bare();
    }

    Reply check(const std::string& recipient) const {
        if (user_of_recipient(recipient)) return {250, "2.1.5", "OK"};
        return {550, "5.1.1", "there is no such user here"};
    }

    /// Delivers to one recipient. An account that was made for this mail is removed again if the server does not know
    /// the user, or was not asked because the mail was declined. An account that existed before stays: a server gives
    /// the same error if the user has blocked the sender [XEP-0191 §3.3].
    awaitable<Reply> deliver_to(const std::string recipient, coi::Message mail, const Proof proof,
                                std::shared_ptr<const std::string> bytes, const std::string what) {
        const auto jid = user_of_recipient(recipient);
        if (!jid) co_return Reply{550, "5.1.1", "there is no such user here"};
        const bool fresh = directory.relay_of(*jid) == nullptr;
        std::function<void(std::function<void(const Account*)>)> make = [&](std::function<void(const Account*)> ready) {
            relay_accounts.get(*jid, "", std::move(ready));
        };
        const Account* account = co_await wait_for<const Account*>(make);
        if (!account) co_return Reply{452, "4.3.1", "cannot be taken now, please try again"};
        const AccountId id = account->id;
        std::function<void(std::function<void(Store::Failure)>)> load = [&](std::function<void(Store::Failure)> ready) {
            directory.load(id, std::move(ready));
        };
        if (co_await wait_for<Store::Failure>(load))
            co_return Reply{452, "4.3.1", "cannot be taken now, please try again"};
        const bool known = is_confirmed(id);
        const bool is_kept = bytes_of_files(mail) <= most_copied;  // what may come early is small: an OTR message
        std::function<void(std::function<void(DeliveryResult)>)> take = [&](std::function<void(DeliveryResult)> done) {
            IncomingMail arrival{id,           is_kept ? coi::Message(mail) : std::move(mail),
                                 std::nullopt, proof.sender,
                                 true,         bytes,
                                 proof.author, true};
            arrival.reverse_path = proof.reverse_path;
            arrival.is_author_refuted = proof.forged;
            arrival.user_exists = known || !settings.users.empty() || is_vouched(id);
            arrival.in_hand = crash_guard.take(what);
            receiver.take(std::move(arrival), std::move(done));
        };
        auto patience = std::make_shared<boost::asio::steady_timer>(io, settings.patience);
        await_patience(patience);
        DeliveryResult verdict = co_await wait_for<DeliveryResult>(take);
        boost::asio::steady_timer pause(io);
        for (int tries = 1; is_kept && verdict.kind == DeliveryResult::Kind::early && tries < settings.tries; ++tries) {
            pause.expires_after(settings.between_tries);
            co_await pause.async_wait(boost::asio::use_awaitable);
            verdict = co_await wait_for<DeliveryResult>(take);
        }
        patience->cancel();
        if (verdict.kind == DeliveryResult::Kind::taken) confirmed.insert(id);
        if (verdict.kind == DeliveryResult::Kind::declined &&
            !directory.find(id))  // another mail's delivery removed the account
            co_return Reply{452, "4.3.1", "cannot be taken now, please try again"};
        if (fresh && is_for_nothing(id, verdict.kind)) directory.remove(id, [](const Store::Failure&) {});
        const Reply reply = reply_of(verdict, known || !settings.users.empty() || !proof.sender.empty());
        if (reply.code != 250) log::info("LMTP: {} {} for {}: {}", reply.code, reply.enhanced, *jid, verdict.reason);
        co_return reply;
    }

    /// The time to wait counts from the commit, which is later than the timer's start: checks again until it is over.
    void await_patience(std::shared_ptr<boost::asio::steady_timer> patience) {
        patience->async_wait([self = shared_from_this(), patience](const boost::system::error_code& aborted) {
            if (aborted) return;
            patience->expires_after(std::chrono::milliseconds(50));
            self->await_patience(patience);  // before the call below, which may end the wait
            self->verdicts.give_up(now() - self->settings.patience);
        });
    }

    static Time now() {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }

    /// On a worker if the mail is large.
    awaitable<coi::Result<coi::Message>> parse(const mail_reader::Bytes bytes, const std::string sender) {
        const auto domain = coi::parse_addr_spec(sender);
        std::function<void(std::function<void(coi::Result<coi::Message>)>)> start =
            [&](std::function<void(coi::Result<coi::Message>)> done) {
                mail_reader::parse(workers, Line::foreign(domain ? domain->domain : ""), bytes, settings.limits,
                                   std::move(done));
            };
        co_return co_await wait_for<coi::Result<coi::Message>>(start);
    }

    /// Refuses a mail that the process died over too often.
    awaitable<std::vector<Reply>> deliver_in_hand(coi::net::Delivery delivery) {
        const std::string what = CrashGuard::mail(delivery.mail);
        if (!crash_guard.may(what)) {
            log::warn("LMTP: a mail over which the gateway ended several times is given back");
            co_return std::vector<Reply>(delivery.to.size(), Reply{554, "5.3.0", "this mail cannot be worked on here"});
        }
        auto replies = co_await deliver(std::move(delivery), what);
        crash_guard.passed(what);
        co_return replies;
    }

    /// `what`: the mail, for the crash guard. While the delivery waits for the Jabber server, it is not in hand: many
    /// wait at the same time, and none of them would have ended the gateway.
    awaitable<std::vector<Reply>> deliver(coi::net::Delivery delivery, const std::string what) {
        const std::size_t count = delivery.to.size();
        auto bytes = std::make_shared<const std::string>(std::move(delivery.mail));
        if (hops(std::string_view(*bytes).substr(0, settings.limits.header_block_bytes)) > most_hops)
            co_return std::vector<Reply>(count, Reply{554, "5.4.6", "mail loop: too many hops"});
        auto hold = crash_guard.take(what);
        auto mail = co_await parse(bytes, delivery.from);
        if (!mail) {
            const bool large = mail.error().kind == coi::ErrorKind::limit;
            co_return std::vector<Reply>(count, Reply{large ? 552 : 550, large ? "5.3.4" : "5.6.0", mail.error().text});
        }
        Proof proof{.reverse_path = delivery.from};
        if (!mail->from.empty()) {
            const auto found = coi::authenticated(*bytes, settings.authserv_id, mail->from.front(), delivery.from);
            proof = {found.sender ? delivery.from : "", delivery.from, found.author, found.forged};
        }
        if (!mail->encrypted && !mail->is_signed) bytes = std::make_shared<const std::string>();
        hold.reset();
        std::vector<Reply> replies;
        for (std::size_t i = 0; i < count; ++i) {
            coi::Message its = i + 1 < count ? *mail : std::move(*mail);
            replies.push_back(co_await deliver_to(delivery.to[i], std::move(its), proof, bytes, what));
        }
        co_return replies;
    }
};

LmtpReceiver::LmtpReceiver(boost::asio::io_context& io, Settings settings, Directory& directory,
                           RelayAccounts& relay_accounts, MailReceiver& receiver, PendingVerdicts& verdicts,
                           Workers& workers, CrashGuard& crash_guard)
    : state_(std::make_shared<State>(io, std::move(settings), directory, relay_accounts, receiver, verdicts, workers,
                                     crash_guard)) {}

LmtpReceiver::~LmtpReceiver() { state_->server.reset(); }

void LmtpReceiver::start() {
    coi::net::LmtpServer::Limits limits;
    limits.mail_bytes = state_->settings.limits.mail_bytes;
    coi::net::LmtpServer::Calls calls;
    calls.recipient = [state = state_.get()](const std::string& recipient) { return state->check(recipient); };
    calls.deliver = [state = state_.get()](coi::net::Delivery delivery) {
        return state->deliver_in_hand(std::move(delivery));
    };
    state_->server =
        std::make_unique<coi::net::LmtpServer>(state_->io, state_->settings.host_name, limits, std::move(calls));
    state_->server->listen(state_->settings.listen);
}

void LmtpReceiver::stop() {
    if (state_->server) state_->server->stop();
}

std::size_t LmtpReceiver::sessions() const { return state_->server ? state_->server->sessions() : 0; }

void LmtpReceiver::reload(Settings settings) {
    settings.listen = state_->settings.listen;
    state_->settings = std::move(settings);
}

}  // namespace gateway
