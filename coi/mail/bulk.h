// Is a mail one that machines send to many or to no one in particular? Such mail never becomes a chat message by
// accident.
//
// [RFC 3834 §5] (Auto-Submitted), [RFC 2919] (List-Id), [RFC 2369] (List-*), [RFC 8058] (one-click unsubscribe), and
// the fields that mailers wrote before those: Precedence, X-Auto-Response-Suppress, X-Autoreply … . Reports
// (Message::mdn, dsn) are told apart before this question is asked. Left out on purpose: Feedback-ID, which Proton,
// Fastmail and QQ put into the mail of people, and subjects such as "Out of office", which people write, too.

#pragma once

#include <string_view>

#include "coi/message.h"

namespace coi {

/// The kind of mail, by the strongest sign found.
enum class Bulk {
    personal,        // no sign of a machine
    mailing_list,    // List-Id, List-Post: people talk, but to a list
    newsletter,      // Precedence: bulk or junk
    unsubscribable,  // List-Unsubscribe alone, which some providers add to the mail of people
    auto_reply,      // vacation notices and the like: an answer to them would start a loop
    auto_generated,  // written by a program without being asked
    null_sender,     // Return-Path: <> without being a report
};

Bulk bulk(const Message&);

/// The sign for a log: "List-Id", "Auto-Submitted: auto-replied" …; "" for personal.
std::string_view bulk_sign(const Message&);

}  // namespace coi
