// What the user writes to another address of a contact; see outgoing.h and gateway/model/relays.

#include <algorithm>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/model/relays.h"
#include "gateway/pipeline/interrupted.h"
#include "gateway/pipeline/outgoing.h"

namespace gateway {

/// It goes to the contact, whose answers come from their one JID: two chats with one person would each have half of
/// what is said. Whoever has written is told, once a day.
void OutgoingPipeline::lead(AccountId id, Written& written, const Head& head) {
    Directory& directory = modules_.directory;
    const std::string canonical = written.to.canonical();
    const Contact* met = directory.contact(id, canonical);
    if (met != nullptr && met->blocked) return;
    const auto listing = directory.listing(id, canonical);
    const auto found =
        std::ranges::find_if(listing, [&](const Contact* contact) { return relays::leads(*contact, canonical, met); });
    if (found == listing.end()) return;
    const auto jid = jid_of(**found, settings_.component);
    if (!jid) return;
    const Account& account = account_of(directory, id);
    const std::string asked = written.spelled.bare(), other = written.to.addr_spec();
    written.to = (*found)->address;
    written.spelled = *jid;
    // The answers come from this contact, and not in the clear either.
    if (head.came_by != EndToEnd::none && (*found)->privacy.spoken == EndToEnd::none)
        directory.change(id, written.to, [&](Contact& known) { known.privacy.spoken = head.came_by; });
    const bool is_told = led_.take(account.jid + "\n" + canonical, RateLimit::Clock::now());
    if (!is_told || written.event.get<Receipt>() != nullptr) return;
    const std::string words = say(head.lang,
                                  "{1} is another address of {2}. Your message has gone to them, and the chat goes on "
                                  "with {2}.",
                                  {other, written.to.addr_spec()});
    if (head.came_by != EndToEnd::none) return modules_.notices.tell_end_to_end(account, canonical, asked, words);
    modules_.notices.tell_in(account, asked, words);
}

}  // namespace gateway
