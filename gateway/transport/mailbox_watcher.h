// Watches the IMAP folders of a linked mailbox and delivers each new mail, in order, without loss or repetition.
//
// [RFC 3501], [RFC 2177] IDLE; on COI servers the folder COI/Chats too [COI-S "Getting COI Namespace Configuration"],
// and the folder of sent mail [RFC 6154], each in a session of its own. Reading starts at the UIDNEXT of the time when
// the link was checked. The cursor moves past a mail in the commit of its result. A mail that cannot be read is stored
// (gateway/transport/stuck_mails) before later mails are read, and tried again after them. After a UIDVALIDITY change
// the newest mails are read again; the id map recognises known ones. No mail is marked or deleted here. Which mails
// other programs have marked as seen is asked at the beginning of a session and when the server speaks of such a flag:
// the newest of which it is not known yet, so that the same way serves every server.

#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coi/key_search.h"
#include "coi/net/connect.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/read_observer.h"
#include "gateway/store/seal.h"
#include "gateway/transport/crash_guard.h"
#include "gateway/transport/stuck_mails.h"

namespace gateway {

/// Follows the state of linked mailboxes.
class MailboxObserver {
  public:
    virtual ~MailboxObserver() = default;
    /// The cursor moved without a mail: first link, UIDVALIDITY change.
    virtual void cursor_moved(AccountId, const Cursor&) = 0;
    /// It cannot be read now; nullopt: it can be read again.
    virtual void trouble(AccountId, const std::optional<coi::Error>&) = 0;
    /// The result of the search for another program's key; once per account.
    virtual void key_searched(AccountId, coi::KeyTrace) = 0;
    /// A mail failed; must be stored before later mails are.
    virtual void stuck(AccountId, const Stuck&) = 0;
    /// A mail that had failed was read, or is gone.
    virtual void freed(AccountId, const Stuck&) = 0;
    /// Of which mails in this folder it is not known that they were read; none if the store cannot say it now.
    virtual void ask_unread(AccountId, const Cursor& folder, std::function<void(std::vector<std::uint32_t>)> done) = 0;
    /// Some of them have the flag \Seen.
    virtual void seen(AccountId, const MailsOfFolder&) = 0;
};

class MailboxWatcher {
  public:
    struct Settings {
        coi::net::HostPolicy reach;
        coi::Limits limits;
        std::chrono::milliseconds poll = std::chrono::minutes(2);
    };
    /// `seal` recognises the Autocrypt headers that coigate wrote.
    MailboxWatcher(boost::asio::io_context&, coi::net::TlsContext&, Workers&, CrashGuard&, MailReceiver&,
                   MailboxObserver&, Seal seal, Account, std::vector<Cursor>, std::vector<Stuck>, Settings);
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
