// The decision which mail becomes chat; see admission.h.

#include "gateway/pipeline/admission.h"

#include <algorithm>

#include "coi/mail/bulk.h"
#include "coi/mail/charset.h"
#include "coi/mail/subject.h"

namespace gateway {

bool is_chat(const coi::Message& mail) {
    return !mail.header("chat-version").empty() || coi::is_chat(mail.id) ||
           (!mail.references.empty() && coi::is_chat(mail.references.front()));
}

/// Machines' mail that nobody waits for [RFC 3834 §2]. A chat program that writes by itself is a bot that the user
/// chose to talk with; a provider's List-Unsubscribe makes no newsletter of a chat or of an answer.
static bool is_bulk(const coi::Message& mail, bool answers_known) {
    const bool by_chat_program = !mail.header("chat-version").empty();
    switch (coi::bulk(mail)) {
        case coi::Bulk::personal:
            return false;
        case coi::Bulk::mailing_list:
        case coi::Bulk::newsletter:
        case coi::Bulk::auto_reply:
            return true;
        case coi::Bulk::auto_generated:
        case coi::Bulk::null_sender:
            return !by_chat_program;
        case coi::Bulk::unsubscribable:
            return !is_chat(mail) && !answers_known;
    }
    return true;
}

static bool answers_by_header(const coi::Message& mail) {
    return !(mail.in_reply_to.empty() && mail.references.empty());
}

bool is_automatic_answer(const coi::Message& mail, const Contact* contact, bool answers_known) {
    if (!contact || !contact->written_to || coi::bulk(mail) != coi::Bulk::auto_reply) return false;
    if (answers_by_header(mail)) return answers_known;
    const auto prefix = coi::subject_prefix(mail.subject);
    return (prefix && prefix->kind == coi::SubjectPrefix::answer) ||
           coi::lower(std::string_view(mail.subject).substr(0, 5)) == "auto:";  // of Sieve
}

std::vector<coi::MessageId> answered_by(const coi::Message& mail) {
    constexpr std::size_t most = 20;
    std::vector<coi::MessageId> all = mail.in_reply_to;
    all.insert(all.end(), mail.references.begin(), mail.references.end());
    if (all.size() > most) all.erase(all.begin() + most / 2, all.end() - most / 2);
    return all;
}

bool depends_on_answer(const coi::Message& mail, const Account& account, const Contact* contact) {
    return answers_by_header(mail) && (admit(mail, account, contact, false) != admit(mail, account, contact, true) ||
                                       is_automatic_answer(mail, contact, true));
}

Admission admit(const coi::Message& mail, const Account& account, const Contact* contact, bool answers_known) {
    if (mail.from.size() != 1) return Admission::senderless;
    if (mail.dsn || mail.mdn) return Admission::report;
    if (mail.from.front().canonical() == account.address.canonical()) return Admission::own;
    return admit_to(mail, account, contact, answers_known);
}

Admission admit_to(const coi::Message& mail, const Account& account, const Contact* contact, bool answers_known) {
    if (is_bulk(mail, answers_known)) return Admission::bulk;
    if (is_chat(mail) || answers_known || account.take == IncomingFilter::all) return Admission::message;
    const bool known = contact && (contact->written_to || contact->subscribed);
    return known && account.take == IncomingFilter::contacts ? Admission::message : Admission::stranger;
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
        case Admission::blocked:
            return "delivery is not authorized";  // the words of [RFC 3463 §3.8]; they do not say who decided it
    }
    return "";
}

}  // namespace gateway
