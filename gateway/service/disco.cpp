// Identities and features of the gateway, its command nodes and its contacts; see disco.h.

#include "gateway/service/disco.h"

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/translate/translate.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0077_register.h"
#include "xmpp/xep/xep0092_version.h"
#include "xmpp/xep/xep0100_gateway.h"
#include "xmpp/xep/xep0106_escape.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0199_ping.h"
#include "xmpp/xep/xep0231_bob.h"

namespace gateway {
namespace {

using namespace xmpp;

Stanza not_found(const Tag& iq, const std::string& lang) {
    return error_reply(iq, "cancel", "item-not-found", say(lang, "There is nothing here."), lang);
}

/// Registration is announced only to users who may register: clients would ask all others for a login.
xep0030::Info about_gateway(bool may_register, const std::string& lang) {
    xep0030::Info info{{{"gateway", "smtp", say(lang, "Mail")}},
                       {xep0030::ns_info, xep0030::ns_items, xep0050::ns, xep0092::ns, xep0100::ns, xep0106::feature,
                        xep0184::ns, xep0199::ns, xep0231::ns}};
    if (may_register) info.features.emplace_back(xep0077::ns);
    return info;
}

xep0030::Info about_contact(const coi::Address& address) {
    xep0030::Info info{{{"account", "registered", address.addr_spec()}}, {xep0030::ns_info, xep0092::ns, xep0199::ns}};
    for (const char* feature : disco_features()) info.features.emplace_back(feature);
    return info;
}

Stanza info(const Tag& iq, const std::string& node, const std::string& user, const std::string& lang,
            const AdHocCommands& commands) {
    auto result = result_of(iq);
    const JID to(attribute(iq, "to"));
    if (!to.username().empty()) {
        const auto address = address_of(to);
        if (!address || !node.empty()) return not_found(iq, lang);
        xep0030::add_info(*result, about_contact(*address), node);
    } else if (node.empty()) {
        xep0030::add_info(*result, about_gateway(commands.may_register(user), lang), node);
    } else if (node == xep0050::ns) {
        xep0030::add_info(
            *result, {{{"automation", "command-list", say(lang, "Commands")}}, {xep0030::ns_info, xep0050::ns}}, node);
    } else if (const auto name = commands.name(node, user, lang); !name.empty()) {
        xep0030::add_info(*result,
                          {{{"automation", "command-node", name}}, {xep0030::ns_info, xep0050::ns, xep0004::ns}}, node);
    } else {
        return not_found(iq, lang);
    }
    return result;
}

Stanza items(const Tag& iq, const std::string& node, const std::string& user, const std::string& lang,
             const AdHocCommands& commands) {
    auto result = result_of(iq);
    const JID to(attribute(iq, "to"));
    if (to.username().empty() && node == xep0050::ns) {
        xep0030::add_items(*result, commands.items(user, lang), node);
    } else if (!node.empty() && (!to.username().empty() || commands.name(node, user, lang).empty())) {
        return not_found(iq, lang);
    } else {
        xep0030::add_items(*result, {}, node);  // contacts are private
    }
    return result;
}

}  // namespace

Stanza discover(const Tag& iq, const std::string& user, const std::string& lang, const AdHocCommands& commands) {
    const Tag& query = *payload(iq);
    const std::string& node = attribute(query, "node");
    const bool wants_info = namespace_of(query) == xep0030::ns_info;
    return wants_info ? info(iq, node, user, lang, commands) : items(iq, node, user, lang, commands);
}

}  // namespace gateway
