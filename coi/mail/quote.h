// What a person wrote in a mail, without what the mailer added below it: the quoted mail he answers, and the signature.
//
// No specification: habits of mailers in several languages. Conservative: a forwarded mail stays, answers between
// quoted lines keep the lines they answer, a quote above the answer (Delta Chat's replies) stays, and text is never
// folded to nothing.

#pragma once

#include <string>
#include <string_view>

namespace coi {

/// `text` (UTF-8, LF) without the full quote at its end and without the signature after "-- "; without blank lines at
/// the ends. `subject` tells a forwarded mail ("Fwd:", "WG:" …), whose body looks like Outlook's quote.
std::string fold_quotes(std::string_view text, std::string_view subject = {});

}  // namespace coi
