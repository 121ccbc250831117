// Ad-hoc commands: what a client can let the gateway do, form by form.
//
// [XEP-0050 §2, §4]. This is the protocol; the commands themselves are in gateway/service/adhoc.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0050 {

inline constexpr const char* ns = "http://jabber.org/protocol/commands";

enum class Action { execute, cancel, prev, next, complete };

struct Request {
    std::string node, session;
    Action action = Action::execute;
};

/// nullopt if this is no command, or its action is unknown [§4.1].
std::optional<Request> request(const Tag& iq);

struct Response {
    std::string node, session;
    std::string status;                  // executing | completed | canceled
    std::string note_type{}, note{};     // info | warn | error
    std::vector<std::string> actions{};  // prev | next | complete; the first is the default
};

/// Adds the <command/> and returns it, for a form.
Tag& add_command(Tag& result, const Response&);
/// Adds a command-specific condition to an error [§4.4]: "bad-sessionid", "malformed-action", "session-expired" …
void add_condition(Tag& error_stanza, const std::string& condition);

}  // namespace xmpp::xep0050
