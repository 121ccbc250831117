// A conversation learns from its mails; see conversation.h.

#include "gateway/translate/conversation.h"

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/disappearing.h"
#include "gateway/translate/feature/placeholder.h"
#include "gateway/translate/feature/retraction.h"
#include "gateway/translate/feature/text.h"

namespace gateway {
namespace {

/// A reaction, a correction or a retraction is about an earlier message, and is none that could be answered.
bool is_remark(const coi::Message& mail, const Event& event) {
    return mail.header("content-disposition") == "reaction" || event.get<Correction>() != nullptr ||
           retraction::is_one(mail);
}

/// [RFC 5322 §3.6.4] Where the conversation began. A mail program's new mail begins another one; a chat program may
/// leave the fields out, and goes on all the same.
void note_thread(const coi::Message& mail, Contact& conversation) {
    if (!mail.references.empty()) {
        conversation.thread = mail.references.front();
    } else if (conversation.thread.empty() && !mail.in_reply_to.empty()) {
        conversation.thread = mail.in_reply_to.front();
    } else if (conversation.thread.empty() || (conversation.dialect == Dialect::mail && mail.in_reply_to.empty())) {
        conversation.thread = mail.id;
        conversation.last_out = {};
    }
}

/// The one mailbox that a mail program's answer goes to, if it is not the sender's.
std::string answer_to_of(const coi::Message& mail, Dialect dialect) {
    if (dialect != Dialect::mail || mail.reply_to.size() != 1) return {};
    const coi::Address& to = mail.reply_to.front();
    return to.canonical() == mail.from.front().canonical() ? std::string() : to.addr_spec();
}

}  // namespace

Dialect dialect_of(const coi::Message& mail) {
    if (coi::is_chat(mail.id)) return Dialect::coi;
    return mail.header("chat-version").empty() ? Dialect::mail : Dialect::chatmail;
}

void note_read(const coi::Message& mail, Event& event, Contact& conversation, Came came) {
    // A receipt is written by a program: chatmail's clear ones have no Chat-Version, and nobody answers them.
    auto* text = event.get<Text>();
    if (!text || mail.from.empty()) return;
    const auto may = [&came, state = trust::state_of(conversation.privacy)](trust::Change change) {
        return trust::may(came.proof, state, change);
    };
    const Dialect dialect = dialect_of(mail);
    if (may(trust::Change::name)) {
        conversation.address = mail.from.front();
        conversation.answer_to = answer_to_of(mail, dialect);
    }
    if (may(trust::Change::dialect)) conversation.dialect = dialect;
    const bool is_group = placeholder::group(mail, "").has_value();  // it has a timer of its own
    // Others than chatmail's programs know no timer, and do not take one back.
    if (dialect == Dialect::chatmail && !is_group && may(trust::Change::timer))
        conversation.timer = disappearing::timer(mail);
    if (!mail.id.empty() && !is_remark(mail, event) && may(trust::Change::thread)) {
        conversation.last_in = mail.id;
        if (!is_group) note_thread(mail, conversation);
    }
    const std::string about = text->subject.empty() ? "" : text::topic(text->subject);
    // Our own subjects are the user's first words: an answer to an older one says them again.
    const bool is_echo = !mail.in_reply_to.empty() && about.starts_with(text::chat_subject);
    const bool is_known = about.empty() || is_echo || about == conversation.subject;
    if (is_known) text->subject.clear();
    if (!may(trust::Change::subject)) return;
    // The name is this mail's, the subject may be an earlier one's.
    conversation.privacy.came_protected = came.encrypted || (conversation.privacy.came_protected && is_known);
    if (about.empty()) return;
    conversation.subject = about;
    conversation.subject_shown = true;
}

coi::Address recipient_of(const Contact& contact) {
    const bool is_elsewhere = !contact.answer_to.empty() && !contact.privacy.has_key && !contact.privacy.encrypted;
    if (!is_elsewhere) return contact.address;
    const auto to = coi::parse_addr_spec(contact.answer_to);
    return to ? *to : contact.address;
}

std::string answers_notice(const Contact& before, const Contact& after, const std::string& lang) {
    const coi::Address was = recipient_of(before), is = recipient_of(after);
    if (was.canonical() == is.canonical()) return {};
    const bool is_own = is.canonical() == after.canonical;
    const std::string to = text::one_line(framed::foreign(is.addr_spec()));
    return framed::notice(is_own ? say(lang, "Your answers go to {1} again.", {to})
                                 : say(lang, "Your answers go to {1}, as this mail asks.", {to}));
}

void note_written(const coi::Message& mail, Contact& conversation, bool with_subject) {
    if (mail.mdn) return;
    conversation.written_to = true;
    if (conversation.thread.empty()) conversation.thread = mail.id;
    if (!with_subject) return;
    if (auto about = text::topic(mail.subject); !about.empty()) conversation.subject = std::move(about);
}

}  // namespace gateway
