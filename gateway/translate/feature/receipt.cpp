// Receipts between [XEP-0184], [XEP-0333] and [RFC 8098]; see receipt.h.

#include "gateway/translate/feature/receipt.h"

#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0333_markers.h"

namespace gateway::receipt {

using namespace xmpp;

std::optional<Receipt> read(const Tag& message) {
    const Tag* body = body_of(message);
    if (body && !body->cdata().empty()) return std::nullopt;
    if (auto id = xep0333::displayed(message)) return Receipt{Receipt::Kind::displayed, {}, {*id}};
    if (auto id = xep0184::received(message)) return Receipt{Receipt::Kind::delivered, {}, {*id}};
    if (auto id = xep0333::received(message)) return Receipt{Receipt::Kind::delivered, {}, {*id}};
    return std::nullopt;
}

std::optional<Receipt> read(const coi::Message& mail, const std::string&) {
    if (!mail.mdn || mail.mdn->original.empty()) return std::nullopt;
    // [RFC 8098 §3.2.6.2] deleted, dispatched, processed: it arrived, and nobody says that it was seen.
    return Receipt{mail.mdn->displayed ? Receipt::Kind::displayed : Receipt::Kind::delivered, mail.mdn->original, {}};
}

void write(const Receipt& receipt, Tag& message) {
    // What was seen has arrived: clients without XEP-0333 learn at least that.
    xep0184::add_received(message, receipt.of_stanza.value);
    if (receipt.kind == Receipt::Kind::displayed) xep0333::add_displayed(message, receipt.of_stanza.value);
}

void write(const Receipt& receipt, coi::Message& mail, Dialect) {
    mail.mdn = coi::Mdn{receipt.of, receipt.kind == Receipt::Kind::displayed};
    mail.subject = "Chat: Read receipt";  // [COI-C "Sending Read Receipts"]
    mail.text = "The message was shown.";
    mail.references = {receipt.of};
    mail.in_reply_to.clear();
    mail.headers["chat-version"] = "1.0";
    mail.headers["auto-submitted"] = "auto-replied";  // [RFC 3834 §5]
}

bool carries(const Receipt& receipt, Dialect dialect) {
    return receipt.kind == Receipt::Kind::displayed && dialect != Dialect::mail;
}

}  // namespace gateway::receipt
