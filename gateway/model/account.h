// An account: how mail reaches one Jabber user and leaves from them. And the user's contacts.
//
// Two kinds: `mailbox` (a linked IMAP/SMTP account) and `relay` (an address in the gateway's own mail domain). Plain
// values: the store keeps them, the directory holds them in memory, the mailbox session uses them.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coi/mail/address.h"
#include "coi/message_id.h"
#include "coi/net/endpoint.h"
#include "gateway/model/event.h"
#include "gateway/model/picture.h"

namespace gateway {

/// Which mail becomes a chat message, beyond chat mail and answers to it.
enum class IncomingFilter { chats, contacts, all };

/// The kind of mail that a contact writes, and therefore gets.
enum class Dialect { unknown, coi, chatmail, mail };

/// Whether mail is encrypted. `inherit`: a contact inherits from its account, an account from the configuration.
enum class Policy { inherit, require, prefer, off };

/// Who holds the OpenPGP key of an account's address [Autocrypt §"Avoiding MUA Conflicts"].
enum class KeyHolder {
    unknown,    // a linked mailbox that was not searched for a key yet: no Autocrypt header, no encryption
    coigate,    // ours, made on first use or imported
    elsewhere,  // another mail program: no Autocrypt header, no encryption until that key is imported or replaced
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
    /// What is displayed in Jabber is marked as seen in the mailbox (gateway/transport/mailbox_marks).
    bool marks_read = false;
    /// Of the user's language, the best known last: the client's xml:lang; a command word in that language; the user's
    /// choice.
    enum class LanguageSource { stanza, word, chosen };
    std::string lang;  // of texts for the user
    LanguageSource lang_source = LanguageSource::stanza;
    Policy policy = Policy::inherit;
    KeyHolder key_holder = KeyHolder::coigate;
    /// The account has no login and does nothing until its user links it again with the password: the Jabber account
    /// may have ended, or the user no longer lets the gateway see their presence (gateway/accounts/account_end).
    bool parked = false;
    /// The user's server has answered a query that it answers only for those who may see the user's presence.
    bool vouched = false;
    bool lists_alias = false;  // the user has gateway@… in their contact list, as far as was seen
    bool login_lost = false;   // the stored login cannot be decrypted: the user is asked for it
    bool damaged = false;      // its row does not match its seal: it is not used, and shown to the admin
    /// Whether the account reads and sends mail.
    bool works() const { return !parked && !login_lost && !damaged; }
    bool operator==(const Account&) const = default;
};

/// How far a folder was read. Stored in the commit of the mail that was read.
struct Cursor {
    std::string folder;
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;  // the first UID not read yet
    bool operator==(const Cursor&) const = default;
};

/// Whether OTR passes through the gateway and ends at the contact's own program (gateway/encryption/otr_tunnel). `off`:
/// it was on before, and the contact is told that it is off.
enum class Tunnel { never, on, off };

/// What a message is encrypted with between the user's client and the gateway, beside the server's own TLS.
enum class EndToEnd { none, otr, omemo };

/// How a conversation is protected. has_key, verified and conflicting follow from the contact's keys
/// (trust::note_keys).
struct Privacy {
    Policy policy = Policy::inherit;
    bool encrypted = false;            // by the contact, or in both directions: does not fall back to clear by itself
    bool authenticated = false;        // the mail system has vouched for the contact
    bool came_protected = false;       // the known subject and name came in an encrypted mail of any author
    EndToEnd spoken = EndToEnd::none;  // the user's latest choice: no message goes to the user without it
    bool otr_clear = false;            // the user allowed that OTR messages leave as clear mail
    bool omemo_clear = false;          // the same for OMEMO
    Tunnel tunnel = Tunnel::never;
    bool tunnel_offered = false;  // the contact has switched the tunnel on
    bool tunnel_refused = false;  // the user was told that an OTR message of the contact could not be forwarded
    bool has_key = false;         // the gateway can encrypt to the contact
    bool verified = false;        // the key was verified by SecureJoin, or compared by the user
    bool conflicting = false;     // a mail brought another key, which the user has not accepted yet
    bool operator==(const Privacy&) const = default;
};

/// What a contact shows of themselves, and what they have seen of the user.
struct Profile {
    PictureInfo picture{};     // its bytes are in the store (gateway/store/pictures)
    bool had_picture = false;  // and took it away: clients that show it are told
    std::string status{};      // the words under their name; UTF-8, LF
    std::string given{};       // the id of the user's picture that they have; "": none
    bool operator==(const Profile&) const = default;
};

/// Another address at which a contact reads mail, as the contact's own key says (coi/crypt/key_relays).
struct Relay {
    coi::Address address;
    bool vouched = false;  // the mail system has vouched for a mail from there that this key had signed
    bool operator==(const Relay&) const = default;
};

/// All that the key of a contact says of addresses; gateway/model/relays has the rules.
struct Relays {
    std::vector<Relay> all{};  // at most coi::most_relays
    bool bound = false;        // whoever holds the key reads what is sent to the contact's own address
    bool operator==(const Relays&) const = default;
};

struct Contact {
    AccountId account{};
    std::string canonical;  // coi::Address::canonical(): the key
    coi::Address address;   // spelling last seen in mail
    Dialect dialect = Dialect::unknown;
    bool written_to = false;           // the user has sent them a message
    bool subscribed = false;           // the user asked for (and got) their presence
    bool blocked = false;              // the user wants nothing of them (gateway/accounts/blocking)
    bool subject_shown = false;        // the first mail's subject was shown
    std::string subject;               // of the current conversation, without "Re:"
    coi::MessageId last_in, last_out;  // for References and In-Reply-To
    std::string answer_to;             // Reply-To of the contact's mail (an addr-spec); "": `address`
    coi::MessageId thread;             // the first mail of the current conversation
    Privacy privacy;
    std::vector<std::string> spellings;  // nodes of the JIDs that the user uses for the contact, the last used first;
                                         // empty: the node that the gateway writes
    Profile profile{};
    Relays relays{};
    Time heard{};             // when the contact wrote last, as far as is known
    std::uint32_t timer = 0;  // seconds after which the contact's program deletes this chat's messages; 0: never
    bool operator==(const Contact&) const = default;
};

}  // namespace gateway
