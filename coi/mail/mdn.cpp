// Reading message/disposition-notification [RFC 8098 §3.1] in the forms that clients write.
// Of the dispositions only "displayed" is told apart; extension fields are left out.

#include "coi/mail/mdn.h"

#include <algorithm>

#include "coi/mail/charset.h"
#include "coi/mail/header.h"

namespace coi {

Result<Mdn> parse_mdn(std::string_view part) {
    // Some reports begin with an empty line where the part's own header was meant to end.
    const auto fields = split_fields(part.substr(std::min(part.find_first_not_of("\r\n"), part.size())));
    // "manual-action/MDN-sent-automatically; displayed/error" [RFC 8098 §3.2.6]; the mode before the ; is missing at
    // times.
    const std::string disposition = lower(field(fields, "disposition"));
    std::string_view type = disposition;
    if (const auto semicolon = type.rfind(';'); semicolon != std::string_view::npos) type.remove_prefix(semicolon + 1);
    const auto modifier = type.find('/');
    const bool failed =
        modifier != std::string_view::npos && type.substr(modifier).find("error") != std::string_view::npos;
    type = trim(type.substr(0, modifier));
    auto originals = parse_message_ids(field(fields, "original-message-id"), 1);
    // COMPAT: Delta Chat tells its contacts of a new key or address by a report of that form, about no message.
    if (originals.empty() && type == "processed" && !failed) return Mdn{};
    if (originals.empty()) return malformed("a disposition notification without the Message-ID it is about");
    return Mdn{std::move(originals.front()), type == "displayed" && !failed};
}

}  // namespace coi
