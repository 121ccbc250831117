// Checks the structure of a mail against limits before the full parser sees it.
//
// One pass over the bytes without recursion or copies of bodies: sizes of header blocks and fields, number of parts,
// depth of multipart/* and message/rfc822, and `:` in address fields (GMime's address parser recurses into groups). It
// is not a MIME parser: if it and GMime disagree about a boundary, the walk over GMime's tree (coi/mail/parts) counts
// again.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi {

struct Limits;

/// A Content-Type that must replace the one at these bytes, so that its parts are found.
struct Repair {
    std::size_t begin = 0, end = 0;
    std::string field;
};

/// ErrorKind::limit with the name of the limit that the mail exceeds; else the replacements that parsers need
/// (coi/mail/boundary), in the order of the mail.
Result<std::vector<Repair>> check_limits(std::string_view mail, const Limits&);

std::string repaired(std::string_view mail, const std::vector<Repair>&);

}  // namespace coi
