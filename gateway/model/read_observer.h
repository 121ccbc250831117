// Follows what users have read of their contacts' messages, in Jabber and in their mailboxes.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coi/message_id.h"
#include "gateway/model/event.h"

namespace gateway {

class ReadObserver {
  public:
    virtual ~ReadObserver() = default;
    /// A client of the user has displayed the contact's messages up to this one [XEP-0333 §4.2].
    virtual void displayed(AccountId, const std::string& contact, const StanzaId&) = 0;
    /// A disposition notification for these messages of the contact is committed [RFC 8098].
    virtual void reported(AccountId, const std::string& contact, const std::vector<coi::MessageId>&) = 0;
};

/// What became of some mails in one folder of a linked mailbox.
struct MailsOfFolder {
    std::string folder;
    std::uint32_t uid_validity = 0;
    std::vector<std::uint32_t> seen;    // another program has marked them as \Seen
    std::vector<std::uint32_t> gone{};  // deleted, or moved elsewhere
};

class SeenReceiver {
  public:
    virtual ~SeenReceiver() = default;
    /// What another program has done with mails of which it was not known that they were read.
    virtual void seen(AccountId, const MailsOfFolder&) = 0;
};

}  // namespace gateway
