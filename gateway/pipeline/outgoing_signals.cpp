// What the outgoing pipeline does beside messages: it ends calls, and keeps timers; see outgoing.h.

#include <cstdint>
#include <utility>

#include "gateway/pipeline/outgoing.h"
#include "gateway/translate/feature/call.h"
#include "gateway/translate/feature/disappearing.h"

namespace gateway {

void OutgoingPipeline::end_call(AccountId id, const coi::Address& caller, const coi::MessageId& call) {
    const Account* account = modules_.directory.find(id);
    if (account == nullptr) return;
    Event event = call::ended(caller, call, modules_.now());
    event.user = account->jid;
    Head head;
    head.lang = account->lang;
    start(unanswered(post(id, std::move(head), std::move(event), {})));
}

/// A client says it with each message, its user hears once what it is good for.
void OutgoingPipeline::note_timer(const Account& account, const Contact& contact, const Event& event,
                                  const Head& head) {
    const auto seconds = static_cast<std::uint32_t>(event.get<DisappearsAfter>()->time.count());
    if (seconds == contact.timer) return;
    const Contact& known = modules_.directory.change(account.id, contact.address,
                                                     [seconds](Contact& changed) { changed.timer = seconds; });
    const std::string words = seconds == 0 ? "" : disappearing::words_of_no_use(known, head.lang);
    if (!words.empty() && !head.from_otr)
        modules_.notices.tell_in(account, xmpp::read_jid(xmpp::attribute(*head.tag, "to")).bare(), words);
}

}  // namespace gateway
