// Mail addresses: one mailbox with its display name, and the canonical form that identifies it.
//
// [RFC 5321 §4.1.2], [RFC 5322 §3.4], [RFC 6531] (UTF-8 local parts), [RFC 5890] (IDN).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/result.h"

namespace coi {

struct Address {
    std::string name;    // display name, decoded UTF-8, "" if none
    std::string local;   // in its original spelling, unquoted
    std::string domain;  // lower case; U-labels if the name is a valid IDN

    /// "local@domain" for an SMTP command or a header: local part quoted if needed, domain in A-labels.
    std::string addr_spec() const;
    /// The form that all spellings of one mailbox share: local part with ASCII letters in lower case, domain in
    /// lower-case U-labels. Other letters are not folded: "strauß" and "strauss" may be two people [RFC 6531 §3.2].
    std::string canonical() const;
    bool operator==(const Address&) const = default;
};

/// Parses one addr-spec ("bob@example.org", also with a quoted local part), with nothing before or after it.
Result<Address> parse_addr_spec(std::string_view);

/// All mailboxes of an address-list field (names decoded), groups flattened, at most `most`; `;` between addresses is
/// accepted (COMPAT: one COI client joins To with it).
std::vector<Address> parse_address_list(std::string_view field, std::size_t most = 1000);

}  // namespace coi
