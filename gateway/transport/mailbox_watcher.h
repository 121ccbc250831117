// Watches the IMAP folders of a linked mailbox and delivers each new mail, in order, without loss or repetition.
//
// [RFC 3501], [RFC 2177] IDLE; on COI servers the folder COI/Chats too [COI-S "COI Root"]. Reading starts at the
// UIDNEXT of the time when the link was checked. The cursor moves past a mail in the commit of its result. A mail that
// cannot be read is stored (gateway/transport/stuck_mails) before later mails are read, and tried again after them.
// After a UIDVALIDITY change the newest mails are read again; the id map recognises known ones. No mail is marked as
// seen or deleted.

#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coi/key_search.h"
#include "coi/net/connect.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/transport/in_hand.h"
#include "gateway/transport/stuck_mails.h"

namespace gateway {

class MailboxWatcher {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        coi::Limits limits;
        std::chrono::milliseconds poll = std::chrono::minutes(2);
    };
    struct Calls {
        /// coi::parse, off the loop for large mail.
        std::function<void(std::shared_ptr<const std::string>, std::function<void(coi::Result<coi::Message>)>)> parse;
        std::function<void(IncomingMail, std::function<void(DeliveryResult)>)> arrived;
        std::function<void(const Cursor&)> moved;  // the cursor moved without a mail: first link, UIDVALIDITY change
        std::function<void(const std::optional<coi::Error>&)> trouble;  // nullopt: the failure is over
        std::function<bool(const coi::autocrypt::Header&)> is_ours;     // whether coigate wrote this header
        std::function<void(coi::KeyTrace)> looked;  // result of the search for another program's key; once per account
        std::function<void(const std::string& what)> note;  // for the log, such as a skipped oversize mail
        std::function<void(const Stuck&)> stuck;            // a mail failed; must be stored before later mails are
        std::function<void(const Stuck&)> freed;            // a mail that had failed was read, or is gone
        /// Notes the mail that is being read, while the returned Hold lives.
        std::function<InHand::Hold(const std::string& folder, std::uint32_t uid_validity, std::uint32_t uid)> in_hand;
    };
    MailboxWatcher(boost::asio::io_context&, coi::net::TlsContext&, Account, std::vector<Cursor>, std::vector<Stuck>,
                   Settings, Calls);
    ~MailboxWatcher();  // closes the sessions
    void start();
    /// Appends a copy of a sent mail to the Sent folder, later, in its own session.
    void file_sent(std::string mail);
    bool connected() const;
    /// Why it is not connected; nullopt before the first attempt.
    const std::optional<coi::Error>& trouble() const;
    /// How many mails were set aside: unreadable, and not tried again automatically.
    std::size_t set_aside() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
