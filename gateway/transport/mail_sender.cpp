// See mail_sender.h.

#include "gateway/transport/mail_sender.h"

#include "gateway/log.h"
#include "gateway/queue/delivered.h"
#include "gateway/translate/occupant.h"

namespace gateway {

void MailSender::start_relay(boost::asio::io_context& io, coi::net::TlsContext& tls, SmtpSender::Settings settings,
                             std::size_t connections) {
    relay_connections_ = connections;
    relay_ = std::make_unique<SmtpSender>(io, tls, std::move(settings));
}

void MailSender::send(const queue::Entry& entry, std::function<void(AttemptResult)> finished) {
    const Account* account = directory_.find(entry.account);
    if (account_end_.holds(entry) || (!account && directory_.rests(entry.account))) {
        return finished(
            {AttemptResult::Kind::blocked, {coi::ErrorKind::refused, false, "waits for its account", 0, {}}, true});
    }
    const bool is_dsn = entry.account == AccountId{};           // of the gateway itself
    if (!account && !is_dsn) return finished(AttemptResult{});  // unlinked meanwhile: its entries are deleted
    const bool is_linked = account && account->kind == Account::Kind::mailbox;
    SmtpSender* server = is_linked ? linked_.submission(account->id) : relay_.get();
    if (server) {
        const bool is_reported = waits_for_report(account) && delivered::is_asked_for(entry);
        if (occupant::is_local(entry.contact)) finished = telling(entry, std::move(finished));
        return server->send(entry, {envelope_id_({entry.name}), is_reported}, std::move(finished));
    }
    finished({AttemptResult::Kind::unreachable,
              {coi::ErrorKind::unreachable, false, "there is no mail server for this account", 0, {}},
              true});
}

/// In a group one member's address may be wrong: the others get the mail, and its author is told.
std::function<void(AttemptResult)> MailSender::telling(const queue::Entry& entry,
                                                       std::function<void(AttemptResult)> finished) {
    queue::Entry head;
    const queue::Entry* live = &entry;  // the scheduler keeps it until `finished`
    head.account = entry.account;
    head.contact = entry.contact;
    head.name = entry.name;
    head.origin = entry.origin;
    head.origin_id = entry.origin_id;
    head.lang = entry.lang;
    head.taken = entry.taken;
    return [this, live, head = std::move(head), finished = std::move(finished)](AttemptResult result) {
        std::vector<std::string> again;
        for (const auto& [address, error] : result.left_out)
            if (!error.permanent) again.push_back(address);
        std::erase_if(result.left_out, [](const auto& one) { return !one.second.permanent; });
        if (!again.empty()) failures_.again_to(*live, std::move(again));
        if (!result.left_out.empty()) failures_.left_out(head, result.left_out);
        finished(std::move(result));
    };
}

/// A linked mailbox would be filled with reports of success, which its user sees.
bool MailSender::waits_for_report(const Account* account) const {
    return delivered_ == Delivered::reported && account && account->kind == Account::Kind::relay;
}

void MailSender::done(const queue::Entry& entry) {
    log::debug("mail {} was accepted", entry.name);
    const Account* account = directory_.find(entry.account);
    if (account && !waits_for_report(account)) {
        if (const auto receipt = delivered::receipt(entry)) to_jabber_.send(*receipt);
    }
    if (account && account->kind == Account::Kind::mailbox && account->sent_copy && !entry.origin.empty()) {
        linked_.file_sent(account->id, entry.payload);
    }
}

void MailSender::refused(const queue::Entry& entry, const coi::Error& error) { failures_.mail_refused(entry, error); }

DestinationId MailSender::destination(const queue::Entry& entry) const {
    const Account* account = directory_.find(entry.account);
    return account && account->kind == Account::Kind::mailbox ? static_cast<DestinationId>(account->id)
                                                              : shared_destination;
}

std::size_t MailSender::capacity(DestinationId destination) const {
    return destination == shared_destination ? relay_connections_ : 1;
}

}  // namespace gateway
