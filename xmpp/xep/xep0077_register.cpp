// In-band registration on the wire [XEP-0077 §3, §6]; see xep0077_register.h.

#include "xmpp/xep/xep0077_register.h"

namespace xmpp::xep0077 {

std::optional<Request> request(const Tag& iq) {
    const Tag* query = child(iq, "query", ns);
    if (!query) return std::nullopt;
    Request request;
    request.remove = query->findChild("remove") != nullptr;
    request.alone = query->children().size() == 1;
    request.cancelled = xep0004::cancelled(*query);
    if (auto form = xep0004::submitted(*query)) {
        request.by_form = true;
        request.fields = std::move(*form);
        return request;
    }
    for (const Tag* field : query->children()) {
        if (request.fields.size() < 100) request.fields.emplace(field->name(), field->cdata());
    }
    return request;
}

void add_offer(Tag& result, const Offer& offer) {
    Tag& query = add(result, "query", ns);
    if (offer.registered) add(query, "registered");
    add(query, "instructions", {}, offer.instructions);
    for (const auto& [name, value] : offer.fields) add(query, name, {}, value);
    xep0004::add_form(query, offer.form);
}

}  // namespace xmpp::xep0077
