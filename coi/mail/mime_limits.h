// The bones of a mail, counted before a full parser sees it: a mail that is built to hurt goes no further.
//
// One pass over the bytes without recursion or copies of bodies: size of header blocks and fields, parts, depth of
// multipart/* and message/rfc822, and `:` in address fields (GMime's address parser recurses into groups). It is not a
// MIME parser: where it and GMime disagree about a boundary, the walk over GMime's tree (coi/mail/parts) counts once
// more.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi {

struct Limits;

/// A Content-Type that has to stand in place of the one at these bytes, so that its parts are found.
struct Repair {
    std::size_t begin = 0, end = 0;
    std::string field;
};

/// ErrorKind::limit with the name of the limit if the mail breaks one; else what parsers would not find their way
/// without (coi/mail/boundary), in the order of the mail.
Result<std::vector<Repair>> check_limits(std::string_view mail, const Limits&);

std::string repaired(std::string_view mail, const std::vector<Repair>&);

}  // namespace coi
