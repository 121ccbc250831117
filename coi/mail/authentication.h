// Who wrote a mail, as far as our own mail system proved it: the Authentication-Results field of the server we trust.
//
// [RFC 8601 §2.2] the field, [RFC 7489 §3.1] (DMARC), [RFC 7208 §2.4] (SPF). Only the first field of a mail is looked
// at: that is where the last server of ours wrote it, and §5 asks that server to remove forged ones that bear its name.
// It is read as it came: nothing in it is decoded, and a field that can be read in two ways says nothing.
// Left out on purpose: DKIM alone (its signer need not be the author), auth=pass (submission by our own users is the
// mail system's to judge), several servers.

#pragma once

#include <string>
#include <string_view>

#include "coi/mail/address.h"

namespace coi {

/// What the trusted server found.
struct Authentication {
    bool author = false;  // dmarc=pass for the domain of From
    bool sender = false;  // spf=pass for the envelope sender's domain, or author and that domain is From's
    bool forged = false;  // dmarc=fail for the domain of From
};

/// `mail`: its bytes, or its header. `trusted`: the authserv-id whose word counts; with "" nobody's does. `from`: the
/// author; `envelope_sender`: an addr-spec, "" for the null sender, which is never proven.
Authentication authenticated(std::string_view mail, std::string_view trusted, const Address& from,
                             std::string_view envelope_sender);

}  // namespace coi
