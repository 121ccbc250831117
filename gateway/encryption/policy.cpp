// The decision; see policy.h.

#include "gateway/encryption/policy.h"

#include "gateway/localization.h"

namespace gateway::policy {
namespace {

using coi::autocrypt::Recommendation;

Answer refuse(Refusal refusal) { return {Way::refused, refusal}; }

/// Why the message cannot be encrypted; none if it can.
Refusal obstacle(const Question& question) {
    if (question.holder == KeyHolder::elsewhere) return Refusal::elsewhere;
    if (question.holder == KeyHolder::unknown) return Refusal::not_looked_yet;
    if (!question.privacy.has_key) return Refusal::no_key;
    return Refusal::none;
}

/// Whether the user encrypted it, and has not allowed that it leaves as readable mail.
bool is_secret(const Question& question) {
    if (question.came_by == EndToEnd::otr) return !question.privacy.otr_clear;
    return question.came_by == EndToEnd::omemo && !question.privacy.omemo_clear;
}

/// Whether the message must be encrypted, even if it is refused otherwise.
bool must(const Question& question) {
    if (question.policy == Policy::require) return true;
    if (is_secret(question)) return true;
    if (question.policy == Policy::off) return false;
    return question.privacy.encrypted || question.privacy.verified;
}

/// Whether the message is encrypted if possible [Autocrypt §"Deciding to Encrypt by Default"].
bool wants(const Question& question) {
    if (question.policy == Policy::off) return is_secret(question);
    // Delta Chat's default profiles do not fetch clear mail: only encrypted mail reaches them.
    return question.recommendation == Recommendation::encrypt || question.came_by != EndToEnd::none ||
           question.dialect == Dialect::chatmail;
}

}  // namespace

Answer decide(const Question& question) {
    const Refusal in_the_way = obstacle(question);
    if (!must(question)) {
        return {in_the_way == Refusal::none && wants(question) ? Way::encrypted : Way::clear, Refusal::none};
    }
    if (in_the_way == Refusal::none) return {Way::encrypted, Refusal::none};
    const bool is_the_only_reason = is_secret(question) && in_the_way == Refusal::no_key &&
                                    question.policy != Policy::require && !question.privacy.encrypted;
    if (!is_the_only_reason) return refuse(in_the_way);
    return refuse(question.came_by == EndToEnd::otr ? Refusal::otr : Refusal::omemo);
}

Policy resolve(const Contact* contact, const Account& account, Policy configured) {
    if (contact && contact->privacy.policy != Policy::inherit) return contact->privacy.policy;
    return account.policy != Policy::inherit ? account.policy : configured;
}

bool depends_on_keys(const Privacy& privacy, Policy resolved) {
    return privacy.has_key && (resolved != Policy::off || privacy.spoken != EndToEnd::none);
}

std::string words(Refusal refusal, const std::string& contact, const std::string& lang) {
    switch (refusal) {
        case Refusal::none:
            return "";
        case Refusal::no_key:
            return say(lang,
                       "This message was not sent: it would have to be encrypted, and no key of {1} is known. Ask them "
                       "to write to you from an encrypting mail program, or connect by an invite (write “invite” to "
                       "the gateway). To send without encryption, write to the gateway: policy {1} off",
                       {contact});
        case Refusal::otr:
            return say(lang,
                       "This message was not sent: you wrote it encrypted (OTR), and it could leave only as a readable "
                       "mail, because no key of {1} is known. Connect by an invite (write “invite” to the gateway), or "
                       "allow readable mail: write to the gateway: otr {1} clear",
                       {contact});
        case Refusal::omemo:
            return say(lang,
                       "This message was not sent: you wrote it encrypted (OMEMO), and it could leave only as a "
                       "readable mail, because no key of {1} is known. Connect by an invite (write “invite” to the "
                       "gateway), or allow readable mail: write to the gateway: omemo {1} clear",
                       {contact});
        case Refusal::elsewhere:
            return say(lang,
                       "This message was not sent: it would have to be encrypted, and your mailbox is used with "
                       "another program's key. Write to the gateway: key import (to use that key here), or key replace "
                       "(to make a new one)");
        case Refusal::not_looked_yet:
            return say(lang,
                       "This message was not sent: your mailbox is still being looked through for a key of yours. "
                       "Please try again in a moment.");
    }
    return "";
}

}  // namespace gateway::policy
