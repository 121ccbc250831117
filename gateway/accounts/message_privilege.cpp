// See message_privilege.h.

#include "gateway/accounts/message_privilege.h"

#include "xmpp/jid.h"
#include "xmpp/xep/xep0356_privilege.h"

namespace gateway {

namespace {

constexpr std::size_t most_servers = 100;

}  // namespace

void MessagePrivilege::take_grant(const xmpp::Tag& message) {
    const std::string& from = xmpp::attribute(message, "from");
    if (from.find('@') != from.npos) return;  // not a server
    const auto granted = xmpp::xep0356::grants_messages(message);
    if (!granted) return;
    const std::string server = xmpp::read_jid(from).server();
    // Any server may say so, of its own users.
    if (!*granted)
        servers_.erase(server);
    else if (servers_.size() < most_servers)
        servers_.insert(server);
}

xmpp::Stanza MessagePrivilege::on_behalf(const xmpp::Tag& message) const {
    const std::string server = xmpp::read_jid(xmpp::attribute(message, "from")).server();
    return servers_.contains(server) ? xmpp::xep0356::on_behalf(component_, server, message) : nullptr;
}

}  // namespace gateway
