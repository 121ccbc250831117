// See delivered.h.

#include "gateway/queue/delivered.h"

#include <memory>
#include <string>

#include "gateway/model/stanza_id.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"
#include "xmpp/xep/xep0184_receipts.h"

namespace gateway::delivered {

bool is_asked_for(const queue::Entry& mail) {
    return !mail.origin.empty() && !mail.origin_id.empty() && mail.beside.find(xmpp::xep0184::ns) != std::string::npos;
}

xmpp::Stanza receipt(const queue::Entry& mail) {
    const auto message = is_asked_for(mail) ? xmpp::parse_stanza(mail.beside) : nullptr;
    if (!message || !xmpp::xep0184::requests(*message)) return nullptr;
    auto receipt = std::make_unique<xmpp::Tag>("message");
    receipt->addAttribute("type", "chat");
    receipt->addAttribute("id", mint_stanza_id().value);
    receipt->addAttribute("from", xmpp::read_jid(xmpp::attribute(*message, "to")).bare());
    receipt->addAttribute("to", xmpp::read_jid(mail.origin).bare());
    xmpp::xep0184::add_received(*receipt, mail.origin_id);
    return receipt;
}

}  // namespace gateway::delivered
