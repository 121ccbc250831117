// What a user is told of another program's key that lies in their mailbox.

#pragma once

#include <string>

#include "coi/key_search.h"
#include "gateway/model/account.h"

namespace gateway {

/// In the account's language; `trace` is not `none`.
std::string key_trace_words(const Account& account, coi::KeyTrace trace);

}  // namespace gateway
