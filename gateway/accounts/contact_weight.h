// How much would be lost with a contact: where an account has as many contacts as it may, the lightest is forgotten.

#pragma once

#include "gateway/model/account.h"

namespace gateway {

/// From the least on.
enum class Weight {
    stranger,
    with_key,   // a stranger whose key is known: anybody can make these up, too
    encrypted,  // a stranger whose mail was encrypted
    written_to,
    subscribed,
    kept,  // the user has said how mail to them is protected, or protects it
};

Weight weight(const Contact&);

}  // namespace gateway
