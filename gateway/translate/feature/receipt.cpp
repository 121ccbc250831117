// Receipts between [XEP-0184], [XEP-0333] and [RFC 8098]; see receipt.h.

#include "gateway/translate/feature/receipt.h"

#include "xmpp/xep/xep0184_receipts.h"
#include "xmpp/xep/xep0333_markers.h"

namespace gateway::receipt {

using namespace xmpp;

namespace {

bool add(Event& event, Receipt::Kind kind, Reference about) {
    event.contents.emplace_back(Receipt{kind});
    event.about = std::move(about);
    return true;
}

}  // namespace

bool read(const Tag& message, Event& event) {
    const Tag* body = body_of(message);
    if (body && !body->cdata().empty()) return false;
    if (auto id = xep0333::displayed(message)) return add(event, Receipt::Kind::displayed, {.stanza = {*id}});
    if (auto id = xep0184::received(message)) return add(event, Receipt::Kind::delivered, {.stanza = {*id}});
    if (auto id = xep0333::received(message)) return add(event, Receipt::Kind::delivered, {.stanza = {*id}});
    return false;
}

bool read(const coi::Message& mail, const std::string&, Event& event) {
    if (!mail.mdn || mail.mdn->original.empty()) return false;
    // [RFC 8098 §3.2.6.2] deleted, dispatched, processed: it arrived, and nobody says that it was seen.
    const auto kind = mail.mdn->displayed ? Receipt::Kind::displayed : Receipt::Kind::delivered;
    add(event, kind, {.message = mail.mdn->original});
    event.get<Receipt>()->further = mail.mdn->further;
    return true;
}

void write(const Event& event, Tag& message) {
    const std::string& id = event.about->stanza.value;
    // COMPAT Gajim 1.7 reads one of them only where both stand in one stanza.
    if (event.get<Receipt>()->kind == Receipt::Kind::displayed) return xep0333::add_displayed(message, id);
    xep0184::add_received(message, id);
}

void write(const Event& event, coi::Message& mail, Dialect) {
    const auto& receipt = *event.get<Receipt>();
    mail.mdn = coi::Mdn{event.about->message, receipt.kind == Receipt::Kind::displayed, receipt.further};
    mail.subject = "Chat: Read receipt";  // [COI-C "Sending Read Receipts"]
    mail.text = "The message was shown.";
    mail.references = {event.about->message};
    mail.in_reply_to.clear();
    mail.headers["chat-version"] = "1.0";
    mail.headers["auto-submitted"] = "auto-replied";  // [RFC 3834 §5]
}

bool carries(const Event& event, Dialect dialect) {
    return event.get<Receipt>()->kind == Receipt::Kind::displayed && dialect != Dialect::mail;
}

std::vector<Event> of_messages(const Event& event, std::vector<coi::MessageId> messages, Dialect dialect) {
    if (messages.empty()) return {};
    std::vector<Event> all;
    if (dialect == Dialect::chatmail) {
        all.push_back(event);
        all.front().about->message = std::move(messages.back());
        messages.pop_back();
        all.front().get<Receipt>()->further = std::move(messages);
        return all;
    }
    for (auto& message : messages) {
        all.push_back(event);
        all.back().about->message = std::move(message);
    }
    return all;
}

const Feature feature{.is_in = is_in<Receipt>,
                      .read_stanza = read,
                      .read_mail = read,
                      .write_stanza = write,
                      .write_mail = write,
                      .carries = carries,
                      .refers_to = RefersTo::others,
                      .disco = {xep0184::ns, xep0333::ns}};

}  // namespace gateway::receipt
