// A conversation learns from its mails; see conversation.h.

#include "gateway/conversation.h"

#include "gateway/feature/notice.h"
#include "gateway/feature/text.h"

namespace gateway {
namespace {

/// A reaction or an edit is about an earlier message, and is none that could be answered.
bool is_remark(const coi::Message& mail) {
    return mail.header("content-disposition") == "reaction" || !mail.header("chat-edit").empty();
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

}  // namespace

Dialect dialect_of(const coi::Message& mail) {
    if (coi::is_chat(mail.id)) return Dialect::coi;
    return mail.header("chat-version").empty() ? Dialect::mail : Dialect::chatmail;
}

void note_read(const coi::Message& mail, Event& event, Contact& conversation) {
    // A receipt is written by a program: chatmail's clear ones have no Chat-Version, and nobody answers them.
    auto* text = std::get_if<Text>(&event.what);
    if (!text || mail.from.empty()) return;
    conversation.address = mail.from.front();
    conversation.dialect = dialect_of(mail);
    const bool is_group = notice::group(mail, "").has_value();  // it has a timer of its own
    if (conversation.dialect != Dialect::mail && !is_group) conversation.timer = notice::timer(mail);
    if (!mail.id.empty() && !is_remark(mail)) {
        conversation.last_in = mail.id;
        if (!is_group) note_thread(mail, conversation);
    }
    if (text->subject.empty()) return;
    const std::string about = text::topic(text->subject);
    if (about.empty() || about == conversation.subject) text->subject.clear();
    if (about.empty()) return;
    conversation.subject = about;
    conversation.subject_shown = true;
}

void note_written(const coi::Message& mail, Contact& conversation, bool with_subject) {
    if (mail.mdn) return;
    conversation.written_to = true;
    if (conversation.thread.empty()) conversation.thread = mail.id;
    if (!with_subject) return;
    if (auto about = text::topic(mail.subject); !about.empty()) conversation.subject = std::move(about);
}

}  // namespace gateway
