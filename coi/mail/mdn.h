// Message disposition notifications: parsing read receipts.
//
// [RFC 8098 §3], [COI-C "Read Receipts / Disposition Notification Reports"], chatmail's clear and encrypted forms.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/message_id.h"
#include "coi/result.h"

namespace coi {

struct Mdn {
    MessageId original;                // "" if the report confirms no message: denied, failed, or automatic
    bool displayed = false;            // disposition-type "displayed"; false: deleted, dispatched, processed …
    std::vector<MessageId> further{};  // COMPAT: chatmail's Additional-Message-IDs, of which the same is said
    bool operator==(const Mdn&) const = default;
};

/// Parses the body of a message/disposition-notification part [RFC 8098 §3.1]. `answered`: the message that the report
/// answers (In-Reply-To), for programs without Original-Message-ID (Exchange). An error if neither is there and the
/// disposition is of interest to a person.
Result<Mdn> parse_mdn(std::string_view part, const MessageId& answered = {});

}  // namespace coi
