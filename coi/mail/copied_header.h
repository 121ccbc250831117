// The header that Outlook, GMX and others copy above the mail they quote or forward: "From: … Sent: … To: … Subject:
// …".
//
// Its labels, of one language, stand in a row, and its From holds an address; else it is what people write ("From:
// Berlin, To: Hamburg, Date: Friday").

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
    std::uint64_t languages;  // that its labels belong to, as in coi/mail/quote_words
};

/// The header at the start of `lines`. `announced`: "----- Original Message -----" stands above; then it needs no
/// address. Looks at a few lines only.
std::optional<CopiedHeader> copied_header(std::span<const std::string_view> lines, bool announced, People);

/// The line may begin such a header: a cheap first look.
bool may_begin_header(std::string_view line);

}  // namespace coi
