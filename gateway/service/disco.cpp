// Identities and features of the gateway, its command nodes and its contacts; see disco.h.

#include "gateway/service/disco.h"

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/service/data_policy.h"
#include "gateway/translate/translate.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0012_last.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0054_vcard.h"
#include "xmpp/xep/xep0060_pubsub.h"
#include "xmpp/xep/xep0077_register.h"
#include "xmpp/xep/xep0084_avatar.h"
#include "xmpp/xep/xep0092_version.h"
#include "xmpp/xep/xep0100_gateway.h"
#include "xmpp/xep/xep0106_escape.h"
#include "xmpp/xep/xep0115_caps.h"
#include "xmpp/xep/xep0163_pep.h"
#include "xmpp/xep/xep0172_nick.h"
#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0199_ping.h"
#include "xmpp/xep/xep0231_bob.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {
namespace {

using namespace xmpp;

Stanza not_found(const Tag& iq, const std::string& lang) {
    return error_reply(iq, "cancel", "item-not-found", say(lang, "There is nothing here."), lang);
}

/// A query for what a presence has announced [XEP-0115 §6.2] is one without a node. What was announced with an earlier
/// version is not known any more.
std::string node_of(const Tag& query) {
    const std::string& node = attribute(query, "node");
    return node.starts_with(std::string(caps_node) + "#") ? "" : node;
}

Stanza info(const Tag& iq, const std::string& node, const std::string& user, const std::string& lang,
            const AdHocCommands& commands, const ServiceSettings& settings, Dialect dialect) {
    auto result = result_of(iq);
    const JID to(attribute(iq, "to"));
    const std::string& asked_node = attribute(*payload(iq), "node");
    if (!is_gateway(to)) {
        const auto address = address_of(to);
        if (!address || !node.empty()) return not_found(iq, lang);
        auto about = contact_info(*address);
        // The account has identities of its own [XEP-0163 §6.1]; a resource is what presence has announced [XEP-0115
        // §5.4].
        if (to.resource().empty()) {
            about.identities = {{"account", "registered", address->addr_spec()}, {"pubsub", "pep", ""}};
            about.features.emplace_back(xep0060::retrieve_items);
        }
        xep0030::add_info(*result, about, asked_node);
        // Not where caps are asked for: their hash is one for all contacts.
        if (!asked_node.empty()) return result;
        for (const auto& form : disco_forms(dialect)) xep0004::add_form(*result->findChild("query"), form);
    } else if (node.empty()) {
        const bool links = commands.may_register(user);
        xep0030::add_info(*result, gateway_info(links), asked_node);
        // Not where caps are asked for: their hash is without it.
        if (asked_node.empty()) xep0004::add_form(*result->findChild("query"), data_policy(settings, links));
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
    if (is_gateway(to) && node == xep0050::ns) {
        xep0030::add_items(*result, commands.items(user, lang), node);
    } else if (!node.empty() && (!is_gateway(to) || commands.name(node, user, lang).empty())) {
        return not_found(iq, lang);
    } else {
        xep0030::add_items(*result, {}, node);  // contacts are private
    }
    return result;
}

}  // namespace

/// Registration is announced only to users who may register: clients would ask all others for a login.
xep0030::Info gateway_info(bool may_register) {
    xep0030::Info info{{{"gateway", "smtp", "E-Mail"}},
                       {xep0012::ns, xep0030::ns_info, xep0030::ns_items, xep0050::ns, xep0054::ns, xep0092::ns,
                        xep0100::ns, xep0106::feature, xep0115::ns, xep0184::ns, xep0199::ns, xep0231::ns}};
    // What users show is followed (gateway/accounts/user_profiles).
    for (const char* node : {xep0084::ns_metadata, xep0172::ns, xep0384::devices_node})
        info.features.push_back(xep0163::wish(node));
    if (may_register) info.features.emplace_back(xep0077::ns);
    return info;
}

bool takes_no_replies(const coi::Address& address) {
    std::string local = address.canonical();
    local.resize(local.rfind('@'));
    std::erase_if(local, [](char c) { return c == '-' || c == '_' || c == '.'; });
    return local.starts_with("noreply") || local.starts_with("donotreply") || local == "mailerdaemon";
}

xep0030::Info contact_info(const coi::Address& address) {
    xep0030::Info info{{{"client", "pc", "coigate"}},
                       {xep0030::ns_info, xep0012::ns, xep0054::ns, xep0092::ns, xep0115::ns, xep0199::ns}};
    for (const char* feature : disco_features()) info.features.emplace_back(feature);
    // A user's server tells of their devices whoever sees their presence and wants it [XEP-0384 §4.2].
    info.features.push_back(xep0163::wish(xep0384::devices_node));
    if (takes_no_replies(address)) info.features.emplace_back("urn:xmpp:noreply:0");
    return info;
}

Stanza discover(const Tag& iq, const std::string& user, const std::string& lang, const AdHocCommands& commands,
                const ServiceSettings& settings, Dialect dialect) {
    const Tag& query = *payload(iq);
    const std::string node = node_of(query);
    const bool wants_info = namespace_of(query) == xep0030::ns_info;
    return wants_info ? info(iq, node, user, lang, commands, settings, dialect) : items(iq, node, user, lang, commands);
}

}  // namespace gateway
