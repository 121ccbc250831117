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
    MessageId original;      // "" of a program's news about itself, which is about no message
    bool displayed = false;  // disposition-type "displayed"; false: deleted, dispatched, processed …
    bool operator==(const Mdn&) const = default;
};

/// The body of a message/disposition-notification part [RFC 8098 §3.1]. An error if it names no original message,
/// unless nothing was done that a person could want to know (`processed`).
Result<Mdn> parse_mdn(std::string_view part);

}  // namespace coi
