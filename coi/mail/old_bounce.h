// Bounces from before there were reports: plain text for people, with a copy of the mail that failed.
//
// Two kinds are read, because they have fixed words and are still sent: qmail's (QSBMF: "Hi. This is the …", a
// paragraph a recipient, a copy after a line of dashes) and Exim's (X-Failed-Recipients, a copy after "------ This is a
// copy of the message"). Left out: all others, warnings of delay. Nothing is taken for a bounce without the Message-ID
// in the copy: it is what proves that the mail is meant.

#pragma once

#include <optional>
#include <string_view>

#include "coi/mail/dsn.h"

namespace coi {

/// `failed_recipients`: the decoded X-Failed-Recipients, "" if there is none. `text`: the mail's plain text, UTF-8, LF.
std::optional<Dsn> read_old_bounce(std::string_view failed_recipients, std::string_view text);

}  // namespace coi
