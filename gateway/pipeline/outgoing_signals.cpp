// What the outgoing pipeline does beside messages: it ends calls, keeps timers, and misses files; see outgoing.h.

#include <cstdint>
#include <utility>

#include "gateway/localization.h"
#include "gateway/pipeline/outgoing.h"
#include "gateway/translate/feature/call.h"
#include "gateway/translate/feature/disappearing.h"

namespace gateway {
namespace {

Task<> refused(Refusal refusal) {
    throw refusal;
    co_return;
}

}  // namespace

void OutgoingPipeline::end_call(AccountId id, const coi::Address& caller, const coi::MessageId& call) {
    const Account* account = modules_.directory.find(id);
    if (account == nullptr) return;
    Event event = call::ended(caller, call, modules_.now());
    event.user = account->jid;
    Head head;
    head.lang = account->lang;
    start(unanswered(post(id, std::move(head), std::move(event), {})));
}

/// Saves the timer, which clients repeat in each message. True: the user has set another one.
bool OutgoingPipeline::note_timer(const Account& account, const Contact& contact, const Event& event) {
    const auto* timer = event.get<DisappearsAfter>();
    const auto seconds = timer ? static_cast<std::uint32_t>(timer->time.count()) : contact.timer;
    if (seconds == contact.timer) return false;
    modules_.directory.change(account.id, contact.address, [seconds](Contact& changed) { changed.timer = seconds; });
    return seconds != 0;
}

/// What is to be said beside a message that sets a timer, if the contact's program may ignore it.
void OutgoingPipeline::explain_timer(const Account& account, const Contact& contact, const Head& head) {
    const std::string words = disappearing::words_of_no_use(contact, head.lang);
    if (!words.empty() && head.came_by == EndToEnd::none)
        modules_.notices.tell_in(account, xmpp::read_jid(xmpp::attribute(*head.tag, "to")).bare(), words);
}

/// A file that the client announced has not come. `is_all`: the announcement was only that; else its text has left.
void OutgoingPipeline::miss_file(const Head& head, const std::string& name, bool is_all) {
    const std::string words =
        name.empty() ? say(head.lang, "A file that your client announced has not come. Send it again.")
                     : say(head.lang, "The file {1} that your client announced has not come. Send it again.", {name});
    if (!is_all) return explain(head, words);
    start(answered(head, refused({"cancel", "item-not-found", words})));
}

}  // namespace gateway
