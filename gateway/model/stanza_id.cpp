// Stanza ids; see stanza_id.h.

#include "gateway/model/stanza_id.h"

#include "coi/message_id.h"

namespace gateway {

StanzaId mint_stanza_id() {
    const std::string id = coi::mint("x").value;  // "chat$TIMERANDOM@x": the middle is what we want
    return {id.substr(5, id.size() - 7)};
}

}  // namespace gateway
