// What a mail teaches us about the conversation it belongs to: dialect, spelling of the address, subject and thread.
//
// design.md, "Two dialects of one language". Pure: changes only the Contact it is given; the caller saves it. What a
// mail may change is gateway/model/trust's to say.

#pragma once

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "gateway/model/trust.h"

namespace gateway {

/// How the writer of this mail writes: a chat$ id is COI's, Chat-Version without it chatmail's, all else is plain mail.
Dialect dialect_of(const coi::Message&);

/// How a mail came.
struct Came {
    trust::Proof proof = trust::Proof::nothing;
    bool encrypted = false;
};

/// After read(mail): the conversation learns of the mail, and the event's subject is taken out if its reader knows it
/// already.
void note_read(const coi::Message&, Event&, Contact& conversation, Came = {});

/// Whom a clear mail to this contact goes to: Reply-To counts where a mail program wrote it [RFC 5322 §3.6.2], never
/// where there is a key, which is the sender's.
coi::Address recipient_of(const Contact&);

/// What the reader has to know where a mail changes whom their answers go to, in one line; else "".
std::string answers_notice(const Contact& before, const Contact& after, const std::string& lang);

/// A mail leaves: the next one has its subject, where that may be repeated.
void note_written(const coi::Message&, Contact& conversation, bool with_subject = true);

}  // namespace gateway
