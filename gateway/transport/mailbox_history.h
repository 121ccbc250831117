// Fetches the last mails between the user of a linked mailbox and a contact, on the user's wish.
//
// From INBOX, COI/Chats [COI-S "Getting COI Namespace Configuration"] and the folder of sent mail [RFC 6154], found by
// the server's search [RFC 9051 §6.4.4], in the order in which they came (INTERNALDATE): the Date of an encrypted mail
// may be days off on purpose. In a session of its own, with an end to time and bytes. Whether a mail is chat, and
// known, is decided by the pipelines, as of new mail (IncomingMail::is_history). Left out: mails whose recipients are
// hidden.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "coi/net/connect.h"
#include "coi/result.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/store/store.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/linked_mailboxes.h"

namespace gateway {

class MailboxHistory {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        coi::Limits limits;
        std::size_t most_bytes = 64 * 1024 * 1024;  // of all mails
        std::chrono::milliseconds longest = std::chrono::minutes(3);
    };
    MailboxHistory(boost::asio::io_context&, coi::net::TlsContext&, Workers&, CrashGuard&, MailReceiver&, Store&,
                   Account, Settings);
    ~MailboxHistory();  // ends it; then `done` is not called
    /// Once. `done` is called later, on the loop, and may destroy this.
    void fetch(const coi::Address& contact, std::size_t most, std::function<void(coi::Result<History>)> done);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
