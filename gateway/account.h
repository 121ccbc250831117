// An account: the way by which mail reaches one Jabber user and leaves from them; and their contacts.
//
// design.md's kinds: `mailbox` (a linked IMAP/SMTP account) and `relay` (an address of the gateway's own mail domain); `provider`
// comes later. Plain values: the store keeps them, the directory holds them in memory, the mailbox session uses them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "coi/mail/address.h"
#include "coi/message_id.h"
#include "coi/net/endpoint.h"
#include "gateway/event.h"

namespace gateway {

/// Which mail becomes a chat message, beyond chat mail and answers to it.
enum class Take { chats, contacts, all };

/// How a contact writes, and so how they are written to.
enum class Dialect { unknown, coi, chatmail, mail };

/// Servers and login of a linked mailbox. The password never leaves memory unsealed.
struct MailboxLogin {
    std::string username;  // "" means the address
    std::string password;
    bool oauth = false;
    coi::net::Endpoint imap, smtp;
    bool operator==(const MailboxLogin&) const = default;
};

struct Account {
    enum class Kind { mailbox, relay };
    AccountId id{};
    Kind kind = Kind::relay;
    std::string jid;        // bare, normalised
    coi::Address address;   // own mail address
    MailboxLogin login;     // of a mailbox
    Take take = Take::contacts;
    bool sent_copy = true;  // append what is sent to the Sent folder (mailbox)
    std::string lang;       // last xml:lang of its user, for texts that answer nothing
    bool operator==(const Account&) const = default;
};

/// Where reading of one folder stands; moves in the commit of what was read.
struct Cursor {
    std::string folder;
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;  // the first UID not read yet
    bool operator==(const Cursor&) const = default;
};

struct Contact {
    AccountId account{};
    std::string canonical;   // coi::Address::canonical(): the key
    coi::Address address;    // spelling last seen in mail
    Dialect dialect = Dialect::unknown;
    bool written_to = false; // the user has sent them a message
    bool subscribed = false; // the user asked for (and got) their presence
    bool subject_shown = false;           // the first mail's subject was shown
    std::string subject;                  // of the running conversation, without Re:
    coi::MessageId last_in, last_out;     // for References and In-Reply-To
    std::uint32_t timer = 0;              // seconds after which the contact's program deletes this chat's messages; 0: never
    bool operator==(const Contact&) const = default;
};

}  // namespace gateway
