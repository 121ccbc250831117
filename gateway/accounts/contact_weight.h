// How much would be lost with a contact: if an account has too many contacts, the one with the least weight is removed.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

/// From the least to the greatest.
enum class Weight {
    stranger,
    with_key,   // a stranger whose key is known: anybody can invent these, too
    encrypted,  // a stranger whose mail was encrypted
    written_to,
    subscribed,
    kept,  // the user has set a policy for them or blocked them, or the conversation is protected
};

Weight weight(const Contact&);

}  // namespace gateway
