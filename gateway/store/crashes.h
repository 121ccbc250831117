// How often the process died while it processed an item: mails and stanzas that gateway/transport/crash_guard counts.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "gateway/model/stuck_mail.h"
#include "gateway/store/store.h"

namespace gateway::crashes {

/// What was in hand when the process died.
struct InHand {
    std::vector<std::string> items;
    std::vector<std::pair<AccountId, Stuck>> mails;  // of linked mailboxes: counted with the stuck mails
};
/// Counts these, forgets what was last counted before `since`, and returns how often each item was in hand. For
/// start-up: waits for the store.
std::map<std::string, int, std::less<>> count(Store&, const InHand&, Time now, Time since);
/// The item was processed without a crash: forgets it with the next commit.
void forget(Store&, const std::string& item);

}  // namespace gateway::crashes
