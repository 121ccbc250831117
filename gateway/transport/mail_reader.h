// Parses mail without blocking the event loop: small mail on the loop, large mail on the workers.
//
// coi::parse and the reading of an Event (quotes, signatures) cost at most a microsecond per octet for any input
// (checked by the fuzzers, tests/fuzz/cost.cpp), so the loop itself reads at most 16 KiB. For such mail a change of
// thread would cost more than the parsing.

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

/// `done` runs on the loop; for a small mail, before this function returns.
void parse(Workers&, Line, const Bytes&, const coi::Limits&, std::function<void(coi::Result<coi::Message>)> done);

/// The mail as an Event, with texts in that language; nullopt: nothing that chat can show.
void event(Workers&, Line, const std::shared_ptr<const coi::Message>&, const std::string& lang,
           std::function<void(std::optional<Event>)> done);

/// The worker line for a mail to the account: mail from contacts has a line separate from the account's own work; mail
/// from strangers waits in the line of the sender's domain.
Line line_of(AccountId, const std::string& sender_domain, bool is_known);

}  // namespace gateway::mail_reader
