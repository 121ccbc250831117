// The proven author of a mail, from the Authentication-Results field of the trusted mail server.
//
// [RFC 8601 §2.2] the field, [RFC 7489 §3.1] (DMARC), [RFC 7208 §2.4] (SPF). Only the first such field of a mail is
// used: the trusted server wrote it there, and by §5 that server removes forged fields with its name. The raw value is
// parsed, nothing is decoded; an ambiguous field proves nothing.
// Left out on purpose: DKIM alone (its signer need not be the author), auth=pass (the mail system judges its own users'
// submissions), several servers.

#pragma once

#include <string>
#include <string_view>

#include "coi/mail/address.h"

namespace coi {

/// The results of the trusted server.
struct Authentication {
    bool author = false;  // dmarc=pass for the domain of From
    bool sender = false;  // spf=pass for the envelope sender's domain; or `author` and it is From's domain
    bool forged = false;  // dmarc=fail for the domain of From
};

/// `mail`: its bytes, or its header. `trusted`: the authserv-id that is trusted; "" for none. `from`: the author;
/// `envelope_sender`: an addr-spec, "" for the null sender, which is never proven.
Authentication authenticated(std::string_view mail, std::string_view trusted, const Address& from,
                             std::string_view envelope_sender);

}  // namespace coi
