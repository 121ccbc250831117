// The relay's door: mail for Jabber users comes in by LMTP, and each recipient gets the verdict that is true for them.
//
// [RFC 2033]; design.md "two-leg queue" 5: 250 only for what is committed, 550 for users whom the Jabber server does
// not know and for mail that will not be taken, 4xx when the store or the server cannot say. Where nobody could be told
// of a later failure (a new user, an unproven sender), an open verdict is 451: the mail system keeps the mail and asks
// again, and the id map makes that one message.

#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>
#include <string>

#include "coi/message.h"
#include "coi/net/lmtp_server.h"
#include "gateway/accounts/relay_accounts.h"
#include "gateway/accounts/workers.h"
#include "gateway/queue/pending_verdicts.h"
#include "gateway/transport/crash_guard.h"

namespace gateway {

class LmtpReceiver {
  public:
    struct Settings {
        std::string domain;
        std::string listen;
        std::string host_name;
        coi::Limits limits;
        std::set<std::string> users;  // bare JIDs; empty: the Jabber server's verdict decides
        std::string authserv_id;      // whose Authentication-Results prove a sender; "": nobody's
        std::chrono::milliseconds patience{2000};
        // How often, and after which pause each, an OTR message is tried whose predecessor may be in another session of
        // the mail system's. Then it has to come again.
        int tries = 20;
        std::chrono::milliseconds between_tries{100};
    };
    LmtpReceiver(boost::asio::io_context&, Settings, Directory&, RelayAccounts&, MailReceiver&, PendingVerdicts&,
                 Workers&, CrashGuard&);
    ~LmtpReceiver();
    void start();  // throws std::runtime_error if it cannot listen
    void stop();
    std::size_t sessions() const;
    void reload(Settings);  // all but `listen`

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
