// Decides whether a message to a mail contact leaves encrypted, in the clear, or not at all.
//
// Pure. Invariant: without the user's command, an encrypted conversation does not fall back to clear text, and a
// message that came by OTR or OMEMO does not leave in the clear.

#pragma once

#include <string>

#include "coi/crypt/autocrypt.h"
#include "gateway/model/account.h"

namespace gateway::policy {

enum class Way { clear, encrypted, refused };

/// Why a message may not be sent.
enum class Refusal {
    none,
    no_key,          // encryption is required, or was used before, and no key of the contact is known
    otr,             // the message came by OTR and could only leave in the clear
    omemo,           // the same by OMEMO
    elsewhere,       // another program of the user holds the account's key
    not_looked_yet,  // the linked mailbox was not searched for such a program yet
};

struct Question {
    Policy policy = Policy::prefer;  // resolved, never inherit
    KeyHolder holder = KeyHolder::coigate;
    Privacy privacy;
    Dialect dialect = Dialect::unknown;
    coi::autocrypt::Recommendation recommendation = coi::autocrypt::Recommendation::disable;  // of the contact's key
    EndToEnd came_by = EndToEnd::none;  // what the user encrypted it with
};

struct Answer {
    Way way = Way::clear;
    Refusal refusal = Refusal::none;
    bool operator==(const Answer&) const = default;
};

Answer decide(const Question&);
/// The contact's own policy, else the account's, else `configured`.
Policy resolve(const Contact*, const Account&, Policy configured);
/// Whether the contact's keys are needed for the decision.
bool depends_on_keys(const Privacy&, Policy resolved);
/// The explanation for the author, with what they can do; `contact`: the mail address.
std::string words(Refusal, const std::string& contact, const std::string& lang);

}  // namespace gateway::policy
