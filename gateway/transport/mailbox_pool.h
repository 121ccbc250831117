// All linked mailboxes: one MailboxWatcher and one SmtpSender for each account of the directory, started at a limited
// rate.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "coi/net/connect.h"
#include "gateway/accounts/directory.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/mailbox_check.h"

namespace gateway {

class MailboxPool {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        coi::Limits limits;
        std::chrono::milliseconds poll;
        std::string ehlo_name;
        std::string name_server;  // an IP address; "": the machine's. Used by the whole loop
        std::uint16_t name_server_port = 53;
    };
    struct Calls {
        /// coi::parse, off the loop for large mail.
        std::function<void(AccountId, std::shared_ptr<const std::string>, const coi::Limits&,
                           std::function<void(coi::Result<coi::Message>)>)>
            parse;
        std::function<void(IncomingMail, std::function<void(DeliveryResult)>)> arrived;
        std::function<void(AccountId)> ready;                               // its SMTP server may be tried now
        std::function<void(const Account&, const std::string& text)> tell;  // a line to the user
    };
    MailboxPool(boost::asio::io_context&, coi::net::TlsContext&, Directory&, Store&, CrashGuard&, Settings, Calls);
    ~MailboxPool();
    void start();
    void stop();
    void reload(Settings);
    SmtpSender* submission(AccountId);
    void file_sent(AccountId, std::string mail);
    void check(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)> done);
    /// Tries the mails again that could not be read, as if they had never failed.
    void read_again(AccountId);
    /// The account's state as a text in the user's language.
    std::string health(const Account&, const std::string& lang) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
