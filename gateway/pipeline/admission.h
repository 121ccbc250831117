// Which mail becomes a chat message: the decision, with its reason.
//
// [COI-C "Manual Message Filtering"] chat is a Chat-Version header, a Message-ID `chat$…`, or a References field that
// begins with such an id; answers to known messages and mail of contacts come in as the account's setting says. Bulk,
// lists and automatic mail do not [RFC 3834 §2], except reports, which are no messages but are acted upon, and the mail
// of chat bots. Pure; the reason is for the log and the LMTP reply.

#pragma once

#include <vector>

#include "coi/message.h"
#include "gateway/model/account.h"

namespace gateway {

enum class Admission {
    message,     // to be shown
    report,      // a DSN or MDN: acted upon
    own,         // the account's own mail (a copy, or a loop)
    bulk,        // list, newsletter, automatic answer
    stranger,    // not chat, and not from anyone the user writes with
    senderless,  // no From that could be answered
    blocked,     // by the user
};

/// Chat by its own headers.
bool is_chat(const coi::Message&);
/// The messages that it names as answered, the oldest and the newest of at most 20: those to ask the id map for.
std::vector<coi::MessageId> answered_by(const coi::Message&);
/// Whether the id map must be asked (does it answer something of this account?) before admit() can decide.
bool depends_on_answer(const coi::Message&, const Account&, const Contact*);
/// An automatic answer to what the user wrote to this contact: it is no message, and the user may hear of it once.
bool is_automatic_answer(const coi::Message&, const Contact*, bool answers_known);
/// `contact`: nullptr if unknown. `answers_known`: In-Reply-To or References name a message of this account.
Admission admit(const coi::Message&, const Account&, const Contact*, bool answers_known);
/// The same of a mail whose author is not asked about, as what the account's owner wrote to this contact.
Admission admit_to(const coi::Message&, const Account&, const Contact*, bool answers_known);
/// In English, for the LMTP reply and the log; no content.
const char* reason(Admission);

}  // namespace gateway
