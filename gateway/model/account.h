// An account: the way by which mail reaches one Jabber user and leaves from them; and their contacts.
//
// design.md's kinds: `mailbox` (a linked IMAP/SMTP account) and `relay` (an address of the gateway's own mail domain);
// `provider` comes later. Plain values: the store keeps them, the directory holds them in memory, the mailbox session
// uses them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coi/mail/address.h"
#include "coi/message_id.h"
#include "coi/net/endpoint.h"
#include "gateway/model/event.h"

namespace gateway {

/// Which mail becomes a chat message, beyond chat mail and answers to it.
enum class IncomingFilter { chats, contacts, all };

/// How a contact writes, and so how they are written to.
enum class Dialect { unknown, coi, chatmail, mail };

/// Whether mail is encrypted; `inherit`: as the account says, and that: as the configuration says (design.md
/// "Encryption").
enum class Policy { inherit, require, prefer, off };

/// Who holds the OpenPGP key of an account's address [Autocrypt §"Multiple clients"].
enum class KeyHolder {
    unknown,    // a linked mailbox that was not looked through yet: no header, no encryption
    coigate,    // ours, made on first use or imported
    elsewhere,  // another program of its owner: no header, no encryption, until that key is imported or replaced
};

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
    std::string jid;       // bare, normalised
    coi::Address address;  // own mail address
    MailboxLogin login;    // of a mailbox
    IncomingFilter take = IncomingFilter::contacts;
    bool sent_copy = true;  // append what is sent to the Sent folder (mailbox)
    std::string lang;       // last xml:lang of its user, for texts that answer nothing
    Policy policy = Policy::inherit;
    KeyHolder key_holder = KeyHolder::coigate;
    /// Its user's Jabber account ended, perhaps, or its user let go of the gateway: it has no login and does nothing
    /// until it is linked anew with its password (gateway/accounts/account_end).
    bool parked = false;
    /// The user's server has told us of the user as it tells those alone whom the user lets see them.
    bool vouched = false;
    bool login_lost = false;  // the stored login cannot be opened: its user is asked for it
    bool damaged = false;     // its row does not match its seal: nothing of it is used, the admin sees it
    /// Whether it reads and sends.
    bool works() const { return !parked && !login_lost && !damaged; }
    bool operator==(const Account&) const = default;
};

/// Where reading of one folder stands; moves in the commit of what was read.
struct Cursor {
    std::string folder;
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;  // the first UID not read yet
    bool operator==(const Cursor&) const = default;
};

/// Whether OTR goes through us, to end at the contact's own program (gateway/encryption/otr_tunnel). `off`: it was on,
/// and the contact is told so.
enum class Tunnel { never, on, off };

/// How a conversation is protected. The last three follow from the contact's keys (trust::note_keys).
struct Privacy {
    Policy policy = Policy::inherit;
    bool encrypted = false;  // mail has been encrypted both ways or by them: it does not fall back to clear by itself
    bool authenticated = false;   // the mail system has vouched for them
    bool came_protected = false;  // the subject and the name that are known came encrypted, whoever wrote them
    bool otr = false;             // the user speaks OTR with this contact: nothing goes to them in the clear by itself
    bool otr_clear = false;       // the user allowed that OTR messages leave as clear mail
    Tunnel tunnel = Tunnel::never;
    bool tunnel_offered = false;  // the contact has it on
    bool tunnel_refused = false;  // the user was told that an OTR message of the contact could not be passed on
    bool has_key = false;         // we can encrypt to them
    bool verified = false;        // by SecureJoin, or compared by the user
    bool conflicting = false;     // a mail brought another key, which waits for the user's word
    bool operator==(const Privacy&) const = default;
};

struct Contact {
    AccountId account{};
    std::string canonical;  // coi::Address::canonical(): the key
    coi::Address address;   // spelling last seen in mail
    Dialect dialect = Dialect::unknown;
    bool written_to = false;           // the user has sent them a message
    bool subscribed = false;           // the user asked for (and got) their presence
    bool subject_shown = false;        // the first mail's subject was shown
    std::string subject;               // of the running conversation, without Re:
    coi::MessageId last_in, last_out;  // for References and In-Reply-To
    std::string answer_to;             // where a mail program sends its answers (an addr-spec); "": to `address`
    coi::MessageId thread;             // the mail with which the running conversation began
    Privacy privacy;
    std::vector<std::string>
        spellings;            // nodes of the JIDs by which the user knows them, the last used first; empty: ours
    std::uint32_t timer = 0;  // seconds after which the contact's program deletes this chat's messages; 0: never
    bool operator==(const Contact&) const = default;
};

}  // namespace gateway
