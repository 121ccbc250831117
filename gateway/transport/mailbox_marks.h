// Sets flags in one linked mailbox: \Seen, and $MDNSent, as gateway/store/mail_places says.
//
// [RFC 9051 §6.4.6] +FLAGS.SILENT, [RFC 3503] $MDNSent. In a short session of its own, because the watchers' folders
// are opened by EXAMINE; all that comes within some seconds goes in one, with one command for a folder. After an outage
// it is tried again, later each time. Invariant: a mail is marked only under the UIDVALIDITY that its place was noted
// with.

#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>

#include "coi/net/connect.h"
#include "gateway/model/account.h"
#include "gateway/store/store.h"

namespace gateway {

class MailboxMarks {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        std::chrono::milliseconds gathering = std::chrono::seconds(3);  // what comes within it goes in one session
        std::chrono::milliseconds backoff_first = std::chrono::seconds(10), backoff_most = std::chrono::minutes(30);
    };
    MailboxMarks(boost::asio::io_context&, coi::net::TlsContext&, Store&, Account, Settings);
    ~MailboxMarks();  // what is not set yet stays in the store
    /// Something is to be set.
    void set();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
