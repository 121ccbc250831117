// Who wrote a mail: its From fields, read so that nobody can read another sender out of them.
//
// [RFC 5322 §3.6.2, §3.4], [RFC 6532]. One field, and every address in it readable: what other programs could take for
// the sender (a second field, a second address in one mailbox, a group, a backslash or a NUL in an address) is an
// error, never passed over. COMPAT: an unquoted comma in a display name (`Doe, John <john@example.org>`), the same
// mailbox twice, and the address once more as its own unquoted name are read; they name one mailbox all the same.

#pragma once

#include <string>
#include <vector>

#include "coi/mail/address.h"
#include "coi/result.h"

namespace coi {

/// `fields`: the raw values of all From fields, unfolded. Each author once; several where the field is a readable list.
Result<std::vector<Address>> read_authors(const std::vector<std::string>& fields);

/// The display name speaks of an address that is not this one: what stands there must be the address itself.
bool is_name_misleading(const Address&);

}  // namespace coi
