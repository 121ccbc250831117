// Random ids for stanzas: 128 bits, made when an event is committed and stored with it.

#pragma once

#include "gateway/model/event.h"
#include "xmpp/stanza.h"

namespace gateway {

StanzaId mint_stanza_id();

/// An id for a message that the user wrote with another program, and that the gateway sends on the user's behalf.
StanzaId mint_own_id();
/// Whether this is such a message, which the server brings to its recipient, a contact: mail has it already. Only a
/// server writes a bare JID in `from` [RFC 6120 §8.1.2.1].
bool is_own_message(const xmpp::Tag&);

}  // namespace gateway
