// Sends the mails of the queue: by SMTP, to the server of the user's linked mailbox, or to the relay's.
//
// A mail waits while it is not certain that the Jabber name still belongs to the account's user.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "gateway/accounts/account_end.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/queue/entry_sender.h"
#include "gateway/queue/failures.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/transport/mailbox_pool.h"

namespace gateway {

class MailSender : public EntrySender {
  public:
    /// When a user's message counts as delivered [XEP-0184 §4].
    enum class Delivered {
        accepted,  // by the mail server
        reported,  // by a report of success [RFC 3461 §4.1]
    };
    using EnvelopeId = std::function<std::string(const coi::MessageId&)>;
    /// Without start_relay() there is no server for relay accounts.
    MailSender(Directory& directory, AccountEnd& account_end, MailboxPool& linked, Failures& failures,
               StanzaSender& to_jabber, EnvelopeId envelope_id, Delivered delivered)
        : directory_(directory),
          account_end_(account_end),
          linked_(linked),
          failures_(failures),
          to_jabber_(to_jabber),
          envelope_id_(std::move(envelope_id)),
          delivered_(delivered) {}
    /// `connections`: how many conversations may send to the relay's server at once.
    void start_relay(boost::asio::io_context&, coi::net::TlsContext&, SmtpSender::Settings, std::size_t connections);
    void reload(std::size_t relay_connections, Delivered delivered) {
        relay_connections_ = relay_connections;
        delivered_ = delivered;
    }

    void send(const queue::Entry&, std::function<void(AttemptResult)> finished) override;
    /// Sends the receipt if the message counts as delivered now, and puts a copy into the mailbox's Sent folder, if its
    /// user wants it.
    void done(const queue::Entry&) override;
    void refused(const queue::Entry&, const coi::Error&) override;
    DestinationId destination(const queue::Entry&) const override;
    std::size_t capacity(DestinationId) const override;

  private:
    bool waits_for_report(const Account*) const;
    std::function<void(AttemptResult)> telling(const queue::Entry&, std::function<void(AttemptResult)> finished);

    Directory& directory_;
    AccountEnd& account_end_;
    MailboxPool& linked_;
    Failures& failures_;
    StanzaSender& to_jabber_;
    EnvelopeId envelope_id_;
    Delivered delivered_;
    std::unique_ptr<SmtpSender> relay_;
    std::size_t relay_connections_ = 1;
};

}  // namespace gateway
