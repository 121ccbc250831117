// Parsing of message/disposition-notification [RFC 8098 §3.1] in the forms that clients write. The dispositions are
// reduced to "displayed", "arrived" and neither; extension fields are left out.

#include "coi/mail/mdn.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {

constexpr std::size_t most_further = 100;

Result<Mdn> parse_mdn(std::string_view part, const MessageId& answered) {
    // Some reports begin with an empty line where the part's own header was meant to end.
    const auto fields = split_fields(part.substr(std::min(part.find_first_not_of("\r\n"), part.size())));
    // "manual-action/MDN-sent-automatically; displayed/error" [RFC 8098 §3.2.6]; the mode before the ; is missing at
    // times.
    const std::string disposition = lower(field(fields, "disposition"));
    std::string_view type = disposition;
    if (const auto semicolon = type.rfind(';'); semicolon != std::string_view::npos) type.remove_prefix(semicolon + 1);
    const auto modifier = std::min(type.find('/'), type.size());
    const auto says = [&](std::string_view word) { return type.substr(modifier).find(word) != std::string_view::npos; };
    const bool failed = says("error") || says("fail");
    type = trim(type.substr(0, modifier));
    auto originals = parse_message_ids(field(fields, "original-message-id"), 1);
    // COMPAT: Delta Chat announces a new key or address by such a report, without a message.
    if (originals.empty() && type == "processed" && !failed) return Mdn{};
    // COMPAT: Exchange writes no Original-Message-ID, but In-Reply-To.
    if (originals.empty() && !answered.empty()) originals.push_back(answered);
    if (originals.empty()) return malformed("a disposition notification without the Message-ID it is about");
    // [RFC 8098 §3.2.6.3], and two types of its predecessors: these do not even say that the message arrived in a
    // readable place.
    if (failed || type == "failed" || type == "denied") return Mdn{};
    return Mdn{std::move(originals.front()), type == "displayed",
               parse_message_ids(field(fields, "additional-message-ids"), most_further)};
}

}  // namespace coi
