// See labels.h.

#include "gateway/pipeline/labels.h"

#include "gateway/translate/conversation.h"
#include "gateway/translate/feature/disappearing.h"
#include "gateway/translate/feature/security_label.h"
#include "gateway/translate/feature/text.h"

namespace gateway::labels {

void add_protection(Event& event, const IncomingMail& arrival, const Contact& contact, const std::string& lang) {
    auto* text = event.get<Text>();
    if (!text) return;
    Privacy privacy = contact.privacy;
    auto protection = arrival.protection;
    // Only the key of this mail counts here, not an earlier conflict.
    privacy.conflicting = trust::is_other_key(arrival.author, trust::state_of(contact.privacy), arrival.counted);
    if (privacy.conflicting && arrival.counted.empty()) protection.signature = coi::openpgp::Signature::unknown;
    const std::string notice = security_label::words(protection, arrival.unread, privacy, lang);
    if (notice.empty()) return;
    if (security_label::is_closed(arrival.unread)) {
        text->body += "\n" + notice;
    } else {
        text::put_before(*text, notice);
    }
}

/// Before the text, so that it cannot be overlooked. A key in the mail counts more than Reply-To.
void add_answers_notice(Event& event, const IncomingMail& arrival, const Contact& before, Contact after,
                        const std::string& lang) {
    auto* text = event.get<Text>();
    if (!text) return;
    after.privacy.has_key = after.privacy.has_key || (arrival.key_update && arrival.key_update->seen.header);
    Contact base = before;
    // A correction replaces a text that may have had the notice.
    if (event.get<Correction>() != nullptr) base.answer_to.clear();
    const std::string notice = answers_notice(base, after, lang);
    if (!notice.empty()) text::put_before(*text, notice);
}

/// Removes the timer from the stanza if the contact's record did not take it; says in words that it changed.
void add_timer(Event& event, const IncomingMail& arrival, const Contact& before, const Contact& after,
               const std::string& lang) {
    const auto* timer = event.get<DisappearsAfter>();
    if (timer != nullptr && timer->time != std::chrono::seconds(after.timer)) event.remove<DisappearsAfter>();
    auto* text = event.get<Text>();
    if (text == nullptr || before.timer == after.timer || disappearing::is_change(arrival.mail)) return;
    text::put_before(*text, disappearing::words_of_change(after.timer, lang));
}

}  // namespace gateway::labels
