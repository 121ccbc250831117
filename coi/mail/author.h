// The author of a mail: its From fields, parsed so that no other program can read a different sender from them.
//
// [RFC 5322 §3.6.2, §3.4], [RFC 6532]. There must be one field with valid addresses only. Anything that another program
// might read as a different sender (a second field, a second address in one mailbox, a group, a backslash or a NUL in
// an address) is an error and never skipped. COMPAT: an unquoted comma in a display name (`Doe, John
// <john@example.org>`), the same mailbox twice, and an address repeated as its own unquoted name are accepted: each
// still names one mailbox.

#pragma once

#include <string>
#include <vector>

#include "coi/mail/address.h"
#include "coi/result.h"

namespace coi {

/// `fields`: the raw values of all From fields, unfolded. Returns each author once; several if the field is a valid
/// list.
Result<std::vector<Address>> read_authors(const std::vector<std::string>& fields);

/// Whether the display name mentions another address: then the address itself must be shown.
bool is_name_misleading(const Address&);

}  // namespace coi
