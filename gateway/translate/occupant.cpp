// See occupant.h.

#include "gateway/translate/occupant.h"

#include <algorithm>
#include <set>

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

void name_members(Room& room) {
    std::set<std::uint32_t> taken{nick_hash(room.user.address)};
    for (const RoomMember& each : room.others)
        if (each.looks != 0) taken.insert(each.looks);
    for (RoomMember& each : room.others) {
        if (!each.nick.empty()) continue;
        const std::string name = text::one_line(framed::foreign(each.address.name));
        const auto hash = nick_hash(each.address);
        const bool is_good = hash != 0 && !coi::is_name_misleading(each.address) && is_resource(name);
        each.looks = is_good && taken.insert(hash).second ? hash : 0;
        each.nick = each.looks != 0 ? name : each.address.addr_spec();
    }
}

std::size_t unnamed(const Room& room) {
    return static_cast<std::size_t>(
        std::ranges::count_if(room.others, [](const RoomMember& each) { return each.nick.empty(); }));
}

std::string nick(const Room& room, const coi::Address& address) {
    const RoomMember* member = room::find(room, address);
    return member != nullptr && !member->nick.empty() ? member->nick : address.addr_spec();
}

std::string key(const Room& room, const coi::Address& address) {
    return "occupant\n" + room.local + "\n" + address.canonical();
}

const RoomMember* with_nick(const Room& room, const std::string& nick) {
    for (const RoomMember& each : room.others)
        if (each.is_in() && each.nick == nick) return &each;
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
