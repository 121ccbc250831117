// What mail says, found out where it holds nobody up: on the loop for a small mail, by the workers for a large one.
//
// design.md "Threads". coi::parse and the reading of an Event (quotes, signatures) cost up to a microsecond an octet
// whatever a sender writes (the fuzzers hold them to it, tests/fuzz/cost.cpp): 16 KiB are the most that the loop reads
// itself. There mail keeps its speed: a thread's change costs more than an ordinary chat message.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "coi/message.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/event.h"

namespace gateway::mail_reader {

inline constexpr std::size_t most_on_loop = 16 * 1024;  // octets

using Bytes = std::shared_ptr<const std::string>;

/// `done` runs on the loop, for a small mail before this returns.
void parse(Workers&, Line, const Bytes&, const coi::Limits&, std::function<void(coi::Result<coi::Message>)> done);

/// What the mail says to a reader of that language; nullopt: nothing that chat can show.
void event(Workers&, Line, const std::shared_ptr<const coi::Message>&, const std::string& lang,
           std::function<void(std::optional<Event>)> done);

/// Whose turn it is with a mail that came to the account: mail from outside waits apart from what the account's own
/// user does, and a stranger's with its domain's.
Line line_of(AccountId, const std::string& sender_domain, bool is_known);

}  // namespace gateway::mail_reader
