// What the gateway itself tells a user, unasked; gateway/service/notices writes the words and queues them.

#pragma once

#include <string>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/trust.h"

namespace gateway {

class UserNotices {
  public:
    virtual ~UserNotices() = default;
    virtual void tell(const Account&, const std::string& text) = 0;
    /// In the conversation with the contact of this JID, in a form that no contact can write (model/framed).
    virtual void tell_in(const Account&, const std::string& contact_jid, const std::string& text) = 0;
    /// The same, by OTR: `contact` (canonical) is whose conversation it is.
    virtual void tell_end_to_end(const Account&, const std::string& contact, const std::string& contact_jid,
                                 const std::string& text) = 0;
    /// The conversation is encrypted for the first time.
    virtual void encrypted(const Account&, const Contact&) = 0;
    /// There is another key of the contact, used or not.
    virtual void other_key(const Account&, const Contact&, const trust::KeyNews&) = 0;
    /// The contact's mail system has answered by itself; that mail is not shown.
    virtual void away(const Account&, const Contact&, const coi::Message& answer) = 0;
    /// Both sides have verified each other's key.
    virtual void verified(const Account&, const Contact&) = 0;
    /// A mail from the account's own address has the key of another program.
    virtual void foreign_key(const Account&, const coi::openpgp::Fingerprint&) = 0;
};

}  // namespace gateway
