// Software version [XEP-0092 §2]; see xep0092_version.h.

#include "xmpp/xep/xep0092_version.h"

namespace xmpp::xep0092 {

std::string name(const Tag& result) {
    const Tag* query = child(result, "query", ns);
    const Tag* called = query ? child(*query, "name", ns) : nullptr;
    return called ? called->cdata() : "";
}

void add_version(Tag& result, const std::string& name, const std::string& version) {
    Tag& query = add(result, "query", ns);
    add(query, "name", {}, name);
    add(query, "version", {}, version);
}

}  // namespace xmpp::xep0092
