// Recognises mail that programs send, or that goes to many or to nobody in particular: it must not become a chat
// message by accident.
//
// [RFC 3834 §5] (Auto-Submitted), [RFC 2919] (List-Id), [RFC 2369] (List-*), [RFC 8058] (one-click unsubscribe), and
// older fields: Precedence, X-Auto-Response-Suppress, X-Autoreply … . Reports (Message::mdn, dsn) are handled before.
// Left out on purpose: Feedback-ID, which Proton, Fastmail and QQ add to personal mail, and subjects such as "Out of
// office", which people write, too.

#pragma once

#include <string_view>

#include "coi/message.h"

namespace coi {

/// The kind of mail, by its strongest sign.
enum class Bulk {
    personal,        // no sign of a program
    mailing_list,    // List-Id, List-Post: people write to a list
    newsletter,      // Precedence: bulk or junk
    unsubscribable,  // only List-Unsubscribe, which some providers add to personal mail
    auto_reply,      // vacation notices and the like: an answer could start a loop
    auto_generated,  // written by a program, not as a reply
    null_sender,     // Return-Path: <>, but no report
};

Bulk bulk(const Message&);

/// The sign, for the log: "List-Id", "Auto-Submitted: auto-replied" …; "" for personal.
std::string_view bulk_sign(const Message&);

}  // namespace coi
