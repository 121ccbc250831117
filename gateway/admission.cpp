// The decision which mail becomes chat; see admission.h.

#include "gateway/admission.h"

#include <algorithm>

#include "coi/mail/bulk.h"

namespace gateway {

bool is_chat(const coi::Message& mail) {
    return !mail.header("chat-version").empty() || coi::is_chat(mail.id) ||
           (!mail.references.empty() && coi::is_chat(mail.references.front()));
}

bool depends_on_answer(const coi::Message& mail, const Account& account, const Contact* contact) {
    return admit(mail, account, contact, false) == Admission::stranger &&
           !(mail.in_reply_to.empty() && mail.references.empty());
}

Admission admit(const coi::Message& mail, const Account& account, const Contact* contact, bool answers_known) {
    if (mail.from.size() != 1) return Admission::senderless;
    if (mail.dsn || mail.mdn) return Admission::report;
    if (mail.from.front().canonical() == account.address.canonical()) return Admission::own;
    if (coi::bulk(mail) != coi::Bulk::personal) return Admission::bulk;
    if (is_chat(mail) || answers_known || account.take == Take::all) return Admission::message;
    const bool known = contact && (contact->written_to || contact->subscribed);
    return known && account.take == Take::contacts ? Admission::message : Admission::stranger;
}

const char* reason(Admission admission) {
    switch (admission) {
        case Admission::message:
            return "a chat message";
        case Admission::report:
            return "a report";
        case Admission::own:
            return "the account's own mail";
        case Admission::bulk:
            return "list, bulk or automatic mail is not carried to chat";
        case Admission::stranger:
            return "only chat, answers, and mail from contacts are carried to chat";
        case Admission::senderless:
            return "there is not exactly one sender to answer";
    }
    return "";
}

}  // namespace gateway
