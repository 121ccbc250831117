// By what a mail is known: its name, the fingerprint of its copies, and the key of what was signed.
//
// design.md "two-leg queue" 7. Pure but for the name of a mail that leaves no trace at all, which is random.

#pragma once

#include "gateway/model/incoming_mail.h"
#include "gateway/store/ids.h"
#include "gateway/store/seal.h"

namespace gateway {

/// A mail without a Message-ID still needs a name: one for all tries of its delivery, which the traces of its way tell
/// from the next mail with the same words. Without any trace each is a mail of its own.
coi::MessageId name_of(const coi::Message& mail, const Seal& seal);

/// What a copy has in common whose Message-ID was rewritten on its way, and which proves as much; "" where it says too
/// little.
std::string fingerprint_of(const IncomingMail& arrival, const Seal& seal);

/// By that the id map knows a mail that proves something: what was signed, whatever Message-ID somebody gives it who
/// sends it once more, or the Message-ID together with the mail system's word for its author. Nobody else can take such
/// a name before it. "" of a mail that proves nothing.
coi::MessageId proven_name(const IncomingMail& arrival, const Seal& seal);

/// By what the same mail may be known where it came another way. What proves nothing stands in for nothing proven.
ids::Copies copies_of(const IncomingMail& arrival, const Seal& seal);

/// By what a copy of a message of the user's own is known whose Message-ID a server has replaced: of what was sent from
/// here (of a file the time alone counts, as its link became the file), and of what another program sent. "" without a
/// date, or without content.
std::string print_sent_here(const coi::Message&, const std::string& reader, bool is_file, const Seal&);
std::string print_sent_elsewhere(const coi::Message&, const std::string& reader, bool is_proven, const Seal&);

}  // namespace gateway
