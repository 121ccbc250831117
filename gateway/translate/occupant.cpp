// See occupant.h.

#include "gateway/translate/occupant.h"

#include <algorithm>

#include "coi/mail/author.h"
#include "coi/message_id.h"
#include "gateway/model/framed.h"
#include "gateway/model/nick_hash.h"
#include "gateway/translate/feature/text.h"
#include "xmpp/stanza.h"

namespace gateway::occupant {
namespace {

constexpr std::string_view prefix = "group.";  // an address has `\40` or `%` in its local part

bool is_resource(const std::string& nick) {
    xmpp::JID jid;
    return jid.setServer("room.invalid") && jid.setResource(nick) && !nick.empty();
}

}  // namespace

std::string nick(const Room& room, const coi::Address& address) {
    const RoomMember* member = room::find(room, address);
    const coi::Address& known = member != nullptr ? member->address : address;
    const std::string name = text::one_line(framed::foreign(known.name));
    const auto hash = nick_hash(known);
    const auto looks_alike = [&](const RoomMember& each) {
        return each.address.canonical() != known.canonical() && each.is_in() && nick_hash(each.address) == hash;
    };
    const bool is_misleading = hash == 0 || coi::is_name_misleading(known) || looks_alike(room.user) ||
                               std::ranges::any_of(room.others, looks_alike);
    return is_misleading || !is_resource(name) ? known.addr_spec() : name;
}

std::string key(const Room& room, const coi::Address& address) {
    return "occupant\n" + room.local + "\n" + address.canonical();
}

const RoomMember* with_nick(const Room& room, const std::string& nick) {
    for (const RoomMember& each : room.others)
        if (each.is_in() && occupant::nick(room, each.address) == nick) return &each;
    return nullptr;
}

std::string room_jid(const Room& room, const std::string& component) { return room.local + "@" + component; }

std::string mint_local() {
    std::string id = coi::random_token();
    std::erase_if(id, [](char c) { return (c < '0' || c > '9') && (c < 'a' || c > 'z'); });  // JIDs know no case
    return std::string(prefix) + id;
}

bool is_local(const std::string& local) {
    return local.starts_with(prefix) && local.find_first_of("%\\") == std::string::npos;
}

}  // namespace gateway::occupant
