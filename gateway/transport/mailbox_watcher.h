// A linked mailbox at work: watches the user's IMAP folders and hands each new mail over, in order, none twice, none
// missed.
//
// [RFC 3501], [RFC 2177] IDLE; on COI servers COI/Chats is watched too [COI-S "COI Root"]. Reading starts at UIDNEXT
// as it was when the link was checked. A mail is behind us when its verdict came: the cursor moves in the same commit.
// A mail that cannot be read is noted before those after it are (gateway/transport/stuck_mails), and is tried again
// after them. After a UIDVALIDITY change the newest mails are looked at again; the id map tells which are known.
// Nothing is marked as seen, nothing deleted.

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
        std::function<void(const Cursor&)> moved;  // without a mail: first link, UIDVALIDITY change
        std::function<void(const std::optional<coi::Error>&)> trouble;  // nullopt when all is well again
        std::function<bool(const coi::autocrypt::Header&)> is_ours;     // whether coigate wrote that field
        std::function<void(coi::KeyTrace)> looked;          // for another program's key; once, if nobody knows yet
        std::function<void(const std::string& what)> note;  // for the log: oversize mail left out …
        std::function<void(const Stuck&)> stuck;            // a mail failed; to be kept before what comes after it
        std::function<void(const Stuck&)> freed;            // one that had failed was read, or is gone
        /// Notes what is worked on, while the answer lives.
        std::function<InHand::Hold(const std::string& folder, std::uint32_t uid_validity, std::uint32_t uid)> in_hand;
    };
    MailboxWatcher(boost::asio::io_context&, coi::net::TlsContext&, Account, std::vector<Cursor>, std::vector<Stuck>,
                   Settings, Calls);
    ~MailboxWatcher();  // closes the sessions
    void start();
    /// Puts a copy of a sent mail into the Sent folder, in its own time.
    void file_sent(std::string mail);
    bool connected() const;
    /// Why it is not; nullopt while it has not been tried yet.
    const std::optional<coi::Error>& trouble() const;
    /// How many mails could not be read and are not tried again by themselves.
    std::size_t set_aside() const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
