// The id map: every id a message ever had, kept for a configured time.
//
// Receipts, DSNs, replies, later edits and reactions look here; and an inbound Message-ID from the same sender to the
// same account that is here already is a duplicate. Rows are marked (gateway/store/sealed): who is told of a failure,
// and what counts as an answer, hangs on them.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event.h"
#include "gateway/store/sealed.h"

namespace gateway::ids {

struct Known {
    AccountId account{};
    std::string contact;       // canonical
    coi::MessageId message;    // in mail
    StanzaId stanza;           // in Jabber: the client's own id, or ours
    bool from_jabber = false;  // who wrote it
    std::string jid;   // its author: full JID (from_jabber), or the proven envelope sender, "" if none is proven
    std::string lang;  // language of the writer's stanza
    bool wants_receipt = false;
    Time when{};
    std::string
        fingerprint{};  // keyed hash of sender, date and text, the same in a copy whose id was rewritten; "": none
    coi::MessageId corrects{};  // the key of the original message that this one corrects; "": none
};

/// The key of a message whose Message-ID another one has taken before it: by the name that only it can have.
coi::MessageId key_of(const coi::MessageId& said, const coi::MessageId& name);
/// The Message-ID that the mail with this key says.
coi::MessageId said_by(const coi::MessageId& key);

/// False if (account, contact, message, direction) is known already: then nothing changes.
bool remember(Database&, const Known&);
/// A further Message-ID of a known message (a server that rewrites ids).
void alias(Database&, AccountId, const coi::MessageId& known, const coi::MessageId& further);
std::optional<Known> by_message(Database&, AccountId, const coi::MessageId&);
/// The account's own message of this id: whoever sends mail may repeat an id, and must not hide what the user wrote.
std::optional<Known> own_message(Database&, AccountId, const coi::MessageId&);
/// What this contact sent under this id.
std::optional<Known> contact_message(Database&, AccountId, const std::string& contact, const coi::MessageId&);
/// By what a copy of a mail may be known, the likeliest first.
struct Copies {
    std::vector<coi::MessageId> names;
    std::vector<std::string> prints;
};
/// The stanza of a copy of a contact's mail that the user's other account got: by a name, or where its id was
/// rewritten, by its print, which is used up. None if that one still waits for its verdict.
std::optional<StanzaId> counterpart(Database&, AccountId other, const std::string& contact, const Copies&);
/// In all accounts: for DSNs that come to the relay's null recipient.
std::optional<Known> by_message(Database&, const coi::MessageId&);
/// The newest with this stanza id in the conversation (client ids may be reused).
std::optional<Known> by_stanza(Database&, AccountId, const std::string& contact, const StanzaId&);
/// The newest correction of this message that is known; nullopt if there is none.
std::optional<Known> newest_correction(Database&, const Known&);
/// The message that this one corrects, or itself.
std::optional<Known> original_of(Database&, const Known&);
/// The contact's messages up to the one with this stanza id whose authors are to hear that they were seen, the oldest
/// first (the newest `most` of many). Each is answered once in its life.
std::vector<coi::MessageId> shown_up_to(Database&, AccountId, const std::string& contact, const StanzaId&,
                                        std::size_t most);
/// The author of a contact's message was told what there was to tell: true once, then nobody is known any more.
bool forget_author(Database&, const Known&);
/// How many messages of this client (full JID) under this stanza id ("": without one) were taken since then.
std::int64_t count_from(Database&, AccountId, const std::string& contact, const StanzaId&, const std::string& jid,
                        Time since);
/// The accounts with messages since then, the latest first.
std::vector<AccountId> active(Database&, Time since, std::size_t most);
bool knows_any(Database&, AccountId);
/// The contact's message that became this stanza.
void forget(Database&, AccountId, const std::string& contact, const StanzaId&);
void expire(Database&, Time before);
void forget_account(Database&, AccountId);
void seal_anew(Database&, Sealed before);

}  // namespace gateway::ids
