// The bones of a mail, counted before a full parser sees it: a mail that is built to hurt goes no further.
//
// One pass over the bytes without recursion or copies of bodies: size of header blocks and fields, parts, depth of
// multipart/* and message/rfc822, and `:` in address fields (GMime's address parser recurses into groups). It is not a
// MIME parser: where it and GMime disagree about a boundary, the walk over GMime's tree (coi/mail/parts) counts once
// more.

#pragma once

#include <string_view>

#include "coi/result.h"

namespace coi {

struct Limits;

/// ErrorKind::limit with the name of the limit if the mail breaks one.
Result<void> check_limits(std::string_view mail, const Limits&);

}  // namespace coi
