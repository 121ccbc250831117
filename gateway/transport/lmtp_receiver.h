// Receives the relay's mail for Jabber users by LMTP, with a separate reply for each recipient.
//
// [RFC 2033]. 250 only for mail that is committed; 550 for users whom the Jabber server does not know and for mail that
// is declined; 4xx if the store or the Jabber server cannot answer. If nobody could be notified of a later failure (a
// new user, an unproven sender), a missing verdict is answered by 451: the mail system keeps the mail and tries again,
// and the id map treats both attempts as one message.

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
        std::string authserv_id;      // whose Authentication-Results are trusted [RFC 8601 §2.5]; "": nobody's
        std::chrono::milliseconds patience{2000};
        // How often, and after which pause each, an OTR message is tried whose predecessor may arrive in another LMTP
        // session. After that the mail system has to send it again.
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
