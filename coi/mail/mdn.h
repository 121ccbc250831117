// Message disposition notifications: what a read receipt says.
//
// [RFC 8098 §3], [COI-C "Read receipts"], chatmail's clear and encrypted forms.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "coi/message_id.h"
#include "coi/result.h"

namespace coi {

struct Mdn {
    MessageId original;      // "" where it says of no message that it arrived: denied, failed, or a program's news
    bool displayed = false;  // disposition-type "displayed"; false: deleted, dispatched, processed …
    bool operator==(const Mdn&) const = default;
};

/// The body of a message/disposition-notification part [RFC 8098 §3.1]. `answered`: the message that the report itself
/// answers (In-Reply-To), for programs that write no Original-Message-ID (Exchange). An error if neither names one and
/// a person could want to know what was done.
Result<Mdn> parse_mdn(std::string_view part, const MessageId& answered = {});

}  // namespace coi
