// A mail as GMime's tree of parts [RFC 2045], which refers to the mail's bytes instead of copying them.

#pragma once

#include <string_view>

#include "coi/mail/gobject.h"

namespace coi {

/// The tree of a mail that is within its limits (coi/mail/mime_limits); null for no bytes. The mail must live as long.
Owned<GMimeObject> parse_mime(std::string_view mail);

}  // namespace coi
