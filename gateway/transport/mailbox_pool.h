// All linked mailboxes: one MailboxWatcher, one MailboxMarks and one SmtpSender for each account of the directory,
// started at a limited rate.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "coi/net/connect.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/read_observer.h"
#include "gateway/model/user_notices.h"
#include "gateway/queue/destination.h"
#include "gateway/queue/smtp_sender.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/linked_mailboxes.h"

namespace gateway {

class MailboxPool : public LinkedMailboxes {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        coi::Limits limits;
        std::chrono::milliseconds poll;
        std::string ehlo_name;
        std::string name_server;  // an IP address; "": the machine's. Used by the whole loop
        std::uint16_t name_server_port = 53;
    };
    MailboxPool(boost::asio::io_context&, coi::net::TlsContext&, Directory&, Store&, Workers&, CrashGuard&,
                MailReceiver&, SeenReceiver&, DestinationObserver& mail, UserNotices&, Settings);
    ~MailboxPool() override;
    void start();
    void stop();
    void reload(Settings);
    SmtpSender* submission(AccountId);
    void file_sent(AccountId, std::string mail);
    /// Flags wait in the store to be set (gateway/store/mail_places).
    void set_marks(AccountId);
    void check(LinkRequest, const std::string& lang, std::function<void(LinkOutcome)> done) override;
    HistoryStart fetch_history(AccountId, const coi::Address& contact, std::size_t most,
                               std::function<void(coi::Result<History>)> done) override;
    void coi_server(const Account&, std::optional<std::string> wanted,
                    std::function<void(coi::Result<coi::ServerSettings>)> done) override;
    /// Tries the mails again that could not be read, as if they had never failed.
    void read_again(AccountId);
    std::string health(const Account&, const std::string& lang) const override;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
