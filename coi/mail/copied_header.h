// The header that Outlook, GMX and others copy above the mail that they quote or forward: "From: … Sent: … To: …
// Subject: …".
//
// Its labels are in one language and on consecutive lines, and its From contains an address; otherwise it is the text
// of a person ("From: Berlin, To: Hamburg, Date: Friday").

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "coi/mail/attribution.h"

namespace coi {

struct CopiedHeader {
    std::size_t length;       // lines
    std::uint64_t languages;  // the languages that have these labels, as in coi/mail/quote_words
};

/// The header at the start of `lines`. `announced`: "----- Original Message -----" is above it; then no address is
/// needed. Checks only a few lines.
std::optional<CopiedHeader> copied_header(std::span<const std::string_view> lines, bool announced, People);

/// Whether the line may begin such a header: a cheap first check.
bool may_begin_header(std::string_view line);

}  // namespace coi
