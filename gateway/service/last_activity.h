// When a contact was heard of last [XEP-0012]: the time of the last message that the user has from them.
//
// It tells nobody more than they know: each user is told of their own messages only, and only of contacts whose
// presence they have asked for [XEP-0012 §3]. Of a contact's programs nothing is known, so an answer is the same for
// the bare JID and for a resource, and presence says nothing of idle times [XEP-0319]. The gateway itself says how long
// it runs [XEP-0012 §5].

#pragma once

#include "gateway/accounts/directory.h"
#include "xmpp/stanza.h"

namespace gateway {

/// The answer, result or error, to a query about a contact. `user`: bare JID.
xmpp::Stanza last_activity(const xmpp::Tag& iq, const Directory&, const std::string& user, const std::string& lang,
                           Time now);

}  // namespace gateway
