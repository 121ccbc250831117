// See last_activity.h.

#include "gateway/service/last_activity.h"

#include <algorithm>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "xmpp/jid.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0012_last.h"

namespace gateway {

xmpp::Stanza last_activity(const xmpp::Tag& iq, const Directory& directory, const std::string& user,
                           const std::string& lang, Time now) {
    const auto address = address_of(xmpp::read_jid(xmpp::attribute(iq, "to")));
    const Account* account = directory.of_user(user);
    const Contact* contact = account && address ? directory.contact(account->id, address->canonical()) : nullptr;
    if (contact == nullptr || !contact->subscribed || contact->blocked) {
        return xmpp::error_reply(iq, "auth", "forbidden",
                                 say(lang, "I can say this only of people in your contact list."), lang);
    }
    if (contact->heard == Time{}) {
        return xmpp::error_reply(iq, "cancel", "service-unavailable", say(lang, "This contact has not written yet."),
                                 lang);
    }
    auto result = xmpp::result_of(iq);
    const auto ago = std::chrono::duration_cast<std::chrono::seconds>(now - contact->heard);
    xmpp::xep0012::add_last(*result, std::max<std::int64_t>(0, ago.count()));
    return result;
}

}  // namespace gateway
