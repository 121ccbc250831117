// Stanza ids; see stanza_id.h.

#include "gateway/model/stanza_id.h"

#include "coi/message_id.h"

namespace gateway {

namespace {

constexpr const char* own_mark = "own-";

}  // namespace

StanzaId mint_stanza_id() {
    const std::string id = coi::mint("x").value;  // "chat$TIMERANDOM@x": the middle is what we want
    return {id.substr(5, id.size() - 7)};
}

StanzaId mint_own_id() { return {own_mark + mint_stanza_id().value}; }

bool is_own_message(const xmpp::Tag& stanza) {
    const bool is_bare = xmpp::attribute(stanza, "from").find('/') == std::string::npos;
    return is_bare && stanza.name() == "message" && xmpp::attribute(stanza, "id").starts_with(own_mark);
}

}  // namespace gateway
