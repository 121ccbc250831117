// Random ids for stanzas: 128 bits, made when an event is committed and stored with it.

#pragma once

#include "gateway/model/event.h"

namespace gateway {

StanzaId mint_stanza_id();

}  // namespace gateway
