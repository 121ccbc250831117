// Ad-hoc commands on the wire [XEP-0050 §4]; see xep0050_commands.h.

#include "xmpp/xep/xep0050_commands.h"

#include <algorithm>

namespace xmpp::xep0050 {
namespace {

std::optional<Action> action(const std::string& name) {
    if (name.empty() || name == "execute") return Action::execute;
    if (name == "cancel") return Action::cancel;
    if (name == "prev") return Action::prev;
    if (name == "next") return Action::next;
    if (name == "complete") return Action::complete;
    return std::nullopt;
}

}  // namespace

std::optional<Request> request(const Tag& iq) {
    const Tag* command = child(iq, "command", ns);
    if (!command) return std::nullopt;
    const auto wanted = action(attribute(*command, "action"));
    if (!wanted) return std::nullopt;
    return Request{attribute(*command, "node"), attribute(*command, "sessionid"), *wanted};
}

Tag& add_command(Tag& result, const Response& response) {
    Tag& command = add(result, "command", ns);
    command.addAttribute("node", response.node);
    command.addAttribute("sessionid", response.session);
    command.addAttribute("status", response.status);
    if (!response.actions.empty()) {
        Tag& actions = add(command, "actions");
        actions.addAttribute("execute", response.actions.front());
        for (const char* name : {"prev", "next", "complete"}) {  // in the order of the schema [§8]
            if (std::ranges::count(response.actions, name) != 0) add(actions, name);
        }
    }
    if (!response.note.empty()) add(command, "note", {}, response.note).addAttribute("type", response.note_type);
    return command;
}

void add_condition(Tag& error_stanza, const std::string& condition) {
    if (Tag* error = error_stanza.findChild("error")) add(*error, condition, ns);
}

}  // namespace xmpp::xep0050
