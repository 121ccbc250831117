// Whether a message to a mail contact leaves encrypted, in the clear, or not at all.
//
// design.md "Encryption: never silently worse". Pure. Invariant: a conversation that has been encrypted does not fall
// back to the clear, and what came by OTR does not leave in the clear, without the user's word.

#pragma once

#include <string>

#include "coi/crypt/autocrypt.h"
#include "gateway/model/account.h"

namespace gateway::policy {

enum class Way { clear, encrypted, refused };

/// Why a message may not leave.
enum class Refusal {
    none,
    no_key,          // encryption is required, or was there before, and we know no key of the contact
    otr,             // it came by OTR and could only leave in the clear
    elsewhere,       // the account's key is held by another program of its owner
    not_looked_yet,  // a linked mailbox that was not looked through for such a program yet
};

struct Question {
    Policy policy = Policy::prefer;  // resolved, never inherit
    KeyHolder holder = KeyHolder::coigate;
    Privacy privacy;
    Dialect dialect = Dialect::unknown;
    coi::autocrypt::Recommendation recommendation = coi::autocrypt::Recommendation::disable;  // of the contact's key
    bool from_otr = false;  // the user wrote it under OTR
};

struct Answer {
    Way way = Way::clear;
    Refusal refusal = Refusal::none;
    bool operator==(const Answer&) const = default;
};

Answer decide(const Question&);
/// The contact's own policy, else the account's, else `configured`.
Policy resolve(const Contact*, const Account&, Policy configured);
/// Whether the contact's keys have to be read to decide.
bool depends_on_keys(const Privacy&, Policy resolved);
/// For the author, with what they can do; `contact`: the mail address.
std::string words(Refusal, const std::string& contact, const std::string& lang);

}  // namespace gateway::policy
