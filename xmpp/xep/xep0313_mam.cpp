// Archive queries and their results [XEP-0313 §4]; see xep0313_mam.h.

#include "xmpp/xep/xep0313_mam.h"

#include "xmpp/xep/xep0004_forms.h"
#include "xmpp/xep/xep0059_rsm.h"
#include "xmpp/xep/xep0203_delay.h"
#include "xmpp/xep/xep0297_forward.h"

namespace xmpp::xep0313 {

void add_query(Tag& iq, const Query& query) {
    Tag& element = add(iq, "query", ns);
    element.addAttribute("queryid", query.id);
    xep0004::add_form(element, {"submit", ns, "", "", {{"start", "", "", xep0203::print_stamp(query.start)}}});
    xep0059::add_page(element, query.most, query.after);
}

std::optional<Result> result(const Tag& message) {
    const Tag* element = child(message, "result", ns);
    const Tag* forwarded = element ? child(*element, "forwarded", xep0297::ns) : nullptr;
    const auto stamp = forwarded ? xep0203::delay(*forwarded) : std::nullopt;
    const Tag* sent = element ? xep0297::forwarded(*element, "message") : nullptr;
    if (!stamp || !sent) return std::nullopt;
    return Result{attribute(*element, "queryid"), attribute(*element, "id"), *stamp, sent};
}

std::optional<End> end(const Tag& iq) {
    const Tag* fin = child(iq, "fin", ns);
    if (!fin || attribute(iq, "type") != "result") return std::nullopt;
    return End{xep0004::is_true(attribute(*fin, "complete")), xep0059::last(*fin)};
}

}  // namespace xmpp::xep0313
