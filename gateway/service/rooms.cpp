// See rooms.h.

#include "gateway/service/rooms.h"

#include <algorithm>
#include <utility>

#include "gateway/localization.h"
#include "gateway/model/addresses.h"
#include "gateway/translate/occupant.h"
#include "xmpp/jid.h"
#include "xmpp/wire.h"
#include "xmpp/xep/iq.h"
#include "xmpp/xep/xep0030_disco.h"
#include "xmpp/xep/xep0199_ping.h"
#include "xmpp/xep/xep0203_delay.h"

namespace gateway {

namespace muc = xmpp::xep0045;
using muc::Status;

namespace {

constexpr auto pause = std::chrono::milliseconds(10);  // while the socket has no room
constexpr const char* occupant_id_ns = "urn:xmpp:occupant-id:0";

/// What a client wants of what was said.
std::vector<rooms::Said> wanted(std::vector<rooms::Said> said, const muc::HistoryRequest& request, Time now) {
    if (request.within) std::erase_if(said, [&](const auto& one) { return now - one.when > *request.within; });
    if (request.since) std::erase_if(said, [&](const auto& one) { return one.when < *request.since; });
    std::size_t most = std::min(said.size(), request.most_messages.value_or(said.size()));
    if (request.most_characters) {
        std::size_t characters = 0, fit = 0;
        while (fit < most && (characters += said[said.size() - 1 - fit].xml.size()) <= *request.most_characters) ++fit;
        most = fit;
    }
    said.erase(said.begin(), said.end() - static_cast<std::ptrdiff_t>(most));
    return said;
}

Time now() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

}  // namespace

/// What is still to be sent to a client that enters: the others, itself, what was said, the subject [XEP-0045 §7.1].
struct Rooms::Entering {
    Room room;
    std::string client, nick, id;  // full JID; its nick; of its presence
    muc::HistoryRequest request;
    std::uint64_t number = 0;
    std::size_t sent = 0;  // members
};

Rooms::Rooms(Directory& directory, Store& store, JabberStream& stream, Settings settings, Timer after)
    : directory_(directory), store_(store), stream_(stream), settings_(std::move(settings)), after_(std::move(after)) {}

bool Rooms::is_room(const xmpp::JID& jid) { return occupant::is_local(jid.username()); }

void Rooms::offline() { occupants_.clear(); }

const std::string* Rooms::nick_of(const std::string& local, const std::string& client) const {
    const auto room = occupants_.find(local);
    if (room == occupants_.end()) return nullptr;
    const auto found = room->second.find(client);
    return found == room->second.end() ? nullptr : &found->second.nick;
}

/// A room is not there for anybody but its account's user.
bool Rooms::is_users(const Room& room, const std::string& client) const {
    const Account* account = directory_.find(room.account);
    return account != nullptr && account->jid == xmpp::read_jid(client).bare();
}

std::string Rooms::jid_of_room(const Room& room) const { return occupant::room_jid(room, settings_.component); }

void Rooms::refuse(const xmpp::Tag& stanza, const char* type, const char* condition, const std::string& words) {
    const auto error = xmpp::error_reply(stanza, type, condition, words, xmpp::attribute(stanza, "xml:lang"));
    if (error) stream_.send(*error);
}

void Rooms::refuse_unknown(const xmpp::Tag& stanza) {
    refuse(stanza, "cancel", "item-not-found", say(xmpp::attribute(stanza, "xml:lang"), "There is no such room."));
}

/// Others are answered without the store: anybody at any server can ask.
bool Rooms::has_account(const xmpp::Tag& stanza) const {
    return directory_.of_user(xmpp::read_jid(xmpp::attribute(stanza, "from")).bare()) != nullptr;
}

// --- entering and leaving

void Rooms::take_presence(const xmpp::Tag& presence) {
    const std::string &type = xmpp::attribute(presence, "type"), &from = xmpp::attribute(presence, "from");
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(presence, "to"));
    const std::string& lang = xmpp::attribute(presence, "xml:lang");
    if (type == "unavailable") return leave(to.username(), from);
    if (!type.empty()) return;  // a room has no subscribers
    if (const auto request = muc::join_of(presence)) {
        if (to.resource().empty())
            return refuse(presence, "modify", "jid-malformed", say(lang, "A room is entered with a name."));
        return enter(presence, *request);
    }
    // [XEP-0045 §7.2.12] A presence without the element: of an occupant who is away, say; nobody else sees it.
    if (nick_of(to.username(), from) == nullptr)
        refuse(presence, "modify", "not-acceptable", say(lang, "You are not in this room. Please enter it again."));
}

void Rooms::enter(const xmpp::Tag& presence, muc::HistoryRequest request) {
    if (!has_account(presence)) return refuse_unknown(presence);
    const auto shared = std::shared_ptr<xmpp::Tag>(xmpp::head_of(presence));
    const std::string local = xmpp::read_jid(xmpp::attribute(presence, "to")).username();
    rooms::by_local(store_, local,
                    [this, shared, request](const Store::Failure& failure, const std::optional<Room>& room) {
                        const std::string& lang = xmpp::attribute(*shared, "xml:lang");
                        if (!failure) return check(*shared, request, room);
                        refuse(*shared, "wait", "resource-constraint",
                               say(lang, "The gateway cannot look this up right now. Please try again later."));
                    });
}

void Rooms::check(const xmpp::Tag& presence, const muc::HistoryRequest& request, const std::optional<Room>& room) {
    const std::string &client = xmpp::attribute(presence, "from"), &lang = xmpp::attribute(presence, "xml:lang");
    const std::string nick = xmpp::read_jid(xmpp::attribute(presence, "to")).resource();
    if (!room || !is_users(*room, client)) return refuse_unknown(presence);
    if (!room->user.is_in())
        return refuse(presence, "auth", "registration-required",
                      say(lang, "You are not in this group any more. A member can add you again."));
    if (occupant::with_nick(*room, nick) != nullptr)
        return refuse(presence, "cancel", "conflict", say(lang, "Somebody in this room has this name already."));
    auto entering =
        std::make_shared<Entering>(Entering{*room, client, nick, xmpp::attribute(presence, "id"), request, ++entries_});
    occupants_[room->local][client] = {nick, entering->number, false};
    go_on(std::move(entering));
}

/// Sends presence of all members, as far as the socket has room, and then the rest.
void Rooms::go_on(std::shared_ptr<Entering> entering) {
    const auto still = [this, entering]() -> Occupant* {
        const auto room = occupants_.find(entering->room.local);
        if (room == occupants_.end()) return nullptr;
        const auto found = room->second.find(entering->client);
        return found != room->second.end() && found->second.entry == entering->number ? &found->second : nullptr;
    };
    const Room& room = entering->room;
    if (still() == nullptr) return;
    for (; entering->sent < room.others.size(); ++entering->sent) {
        const RoomMember& each = room.others[entering->sent];
        if (!each.is_in()) continue;
        if (!stream_.has_room()) return after_(pause, [this, entering] { go_on(entering); });
        send_presence(room, each.nick, entering->client, &each, {});
    }
    rooms::history(store_, room.id, settings_.kept,
                   [this, entering, still](const Store::Failure& failure, std::vector<rooms::Said> said) {
                       Occupant* occupant = still();
                       if (occupant == nullptr) return;
                       const Room& in = entering->room;
                       const std::string jid = jid_of_room(in);
                       send_presence(in, entering->nick, entering->client, nullptr,
                                     {Status::jids_are_shown, Status::own_presence, Status::is_logged});
                       if (failure) said.clear();
                       for (const auto& one : wanted(std::move(said), entering->request, now())) {
                           const auto stanza = xmpp::parse_stanza(one.xml);
                           if (!stanza) continue;
                           stanza->addAttribute("to", entering->client);
                           xmpp::xep0203::add_delay(*stanza, one.when, jid);
                           stream_.send(*stanza);
                       }
                       send_subject(in, entering->client);
                       occupant->is_in = true;
                   });
}

/// [XEP-0045 §7.2.15] Also an empty one ends the entering.
void Rooms::send_subject(const Room& room, const std::string& client) {
    xmpp::Tag subject("message");
    subject.addAttribute("type", "groupchat");
    subject.addAttribute("from", jid_of_room(room));
    subject.addAttribute("to", client);
    xmpp::add(subject, "subject", {}, room.name);
    stream_.send(subject);
}

/// `member`: nullptr for the user.
void Rooms::send_presence(const Room& room, const std::string& nick, const std::string& client,
                          const RoomMember* member, std::vector<Status> statuses) {
    const bool is_gone = member != nullptr && !member->is_in();
    const coi::Address& address = member != nullptr ? member->address : room.user.address;
    xmpp::Tag presence("presence");
    presence.addAttribute("from", jid_of_room(room) + "/" + nick);
    presence.addAttribute("to", client);
    if (is_gone) presence.addAttribute("type", "unavailable");
    const auto jid = member != nullptr ? jid_of(address, settings_.component) : std::optional<xmpp::JID>();
    muc::add_occupant(presence,
                      {is_gone ? "none" : "member",
                       is_gone ? "none" : "participant",
                       member == nullptr ? client
                       : jid             ? jid->bare()
                                         : std::string(),
                       {},
                       {}},
                      statuses);
    xmpp::add(presence, "occupant-id", occupant_id_ns)
        .addAttribute("id", store_.seal().keyed_hash(occupant::key(room, address)));
    stream_.send(presence);
}

void Rooms::leave(const std::string& local, const std::string& client) {
    const auto room = occupants_.find(local);
    if (room == occupants_.end()) return;
    const auto found = room->second.extract(client);
    if (room->second.empty()) occupants_.erase(room);
    if (!found) return;
    xmpp::Tag presence("presence");
    presence.addAttribute("from", local + "@" + settings_.component + "/" + found.mapped().nick);
    presence.addAttribute("to", client);
    presence.addAttribute("type", "unavailable");
    muc::add_occupant(presence, {"member", "none", client, {}, {}}, {Status::own_presence});
    stream_.send(presence);
}

// --- what is said

/// What comes before a client is in belongs to what it reads of the store.
void Rooms::said(const Room& room, const std::vector<rooms::Said>& all) {
    const auto found = occupants_.find(room.local);
    if (found == occupants_.end()) return;
    for (const auto& one : all) {
        const auto stanza = xmpp::parse_stanza(one.xml);
        if (!stanza) continue;
        for (const auto& [client, occupant] : found->second) {
            if (!occupant.is_in) continue;
            stanza->addAttribute("to", client);
            stream_.send(*stanza);
        }
    }
}

void Rooms::changed(const Room& room, const RoomChange& change) {
    const auto found = occupants_.find(room.local);
    if (found == occupants_.end()) return;
    if (change.former_name) {
        for (const auto& [client, occupant] : found->second) send_subject(room, client);
    }
    if (change.user_left) {  // [XEP-0045 §9.4]
        for (const auto& [client, occupant] : found->second) {
            xmpp::Tag presence("presence");
            presence.addAttribute("type", "unavailable");
            presence.addAttribute("from", jid_of_room(room) + "/" + occupant.nick);
            presence.addAttribute("to", client);
            muc::add_occupant(presence, {"none", "none", client, {}, {}}, {Status::own_presence, Status::removed});
            stream_.send(presence);
        }
        occupants_.erase(found);
        return;
    }
    for (const auto& [client, occupant] : found->second) {
        for (const auto* list : {&change.joined, &change.left}) {
            for (const auto& address : *list) {
                const RoomMember* member = room::find(room, address);
                if (member == nullptr) continue;
                std::vector<Status> statuses;
                if (!member->is_in()) statuses.push_back(Status::removed);
                send_presence(room, member->nick, client, member, std::move(statuses));
            }
        }
    }
}

// --- requests

void Rooms::take_iq(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    if (type != "get" && type != "set") return;
    if (!has_account(iq)) return refuse_unknown(iq);
    const auto shared = std::shared_ptr<xmpp::Tag>(iq.clone());
    rooms::by_local(store_, xmpp::read_jid(xmpp::attribute(iq, "to")).username(),
                    [this, shared](const Store::Failure& failure, const std::optional<Room>& room) {
                        const std::string& lang = xmpp::attribute(*shared, "xml:lang");
                        if (failure)
                            return refuse(
                                *shared, "wait", "resource-constraint",
                                say(lang, "The gateway cannot look this up right now. Please try again later."));
                        if (!room || !is_users(*room, xmpp::attribute(*shared, "from"))) return refuse_unknown(*shared);
                        answer(*shared, *room);
                    });
}

void Rooms::answer(const xmpp::Tag& iq, const Room& room) {
    const std::string &client = xmpp::attribute(iq, "from"), &lang = xmpp::attribute(iq, "xml:lang");
    const xmpp::JID to = xmpp::read_jid(xmpp::attribute(iq, "to"));
    const xmpp::Tag* asked = xmpp::payload(iq);
    const std::string ns = asked != nullptr ? xmpp::namespace_of(*asked) : "";
    const std::string* nick = nick_of(room.local, client);
    if (ns == xmpp::xep0199::ns && to.resource().empty()) return stream_.send(*xmpp::result_of(iq));
    if (ns == xmpp::xep0199::ns) {  // [XEP-0410 §3]
        if (nick == nullptr)
            return refuse(iq, "cancel", "not-acceptable",
                          say(lang, "You are not in this room. Please enter it again."));
        return stream_.send(*xmpp::result_of(iq));
    }
    if (ns == xmpp::xep0030::ns_info && to.resource().empty()) return discover(iq, room);
    if (ns == xmpp::xep0030::ns_items) {
        const auto result = xmpp::result_of(iq);
        xmpp::xep0030::add_items(*result, {}, xmpp::attribute(*asked, "node"));
        return stream_.send(*result);
    }
    if (ns == muc::ns_admin && xmpp::attribute(iq, "type") == "get") {
        std::vector<muc::Item> members;
        for (const auto& item : muc::admin_items(iq, 1)) {
            if (item.affiliation != "member") continue;
            for (const RoomMember& each : room.others) {
                const auto jid = jid_of(each.address, settings_.component);
                if (each.is_in() && jid) members.push_back({"member", "participant", jid->bare(), each.nick, {}});
            }
        }
        const auto result = xmpp::result_of(iq);
        muc::add_admin_items(*result, members);
        return stream_.send(*result);
    }
    refuse(iq, "cancel", "service-unavailable", say(lang, "This service is not available here."));
}

void Rooms::discover(const xmpp::Tag& iq, const Room& room) {
    const auto result = xmpp::result_of(iq);
    xmpp::xep0030::add_info(
        *result,
        {{{"conference", "text", room.name}},
         {xmpp::xep0030::ns_info, xmpp::xep0199::ns, muc::ns, "muc_persistent", "muc_hidden", "muc_membersonly",
          "muc_nonanonymous", "muc_unmoderated", "muc_unsecured", occupant_id_ns}},
        xmpp::attribute(*xmpp::payload(iq), "node"));
    stream_.send(*result);
}

}  // namespace gateway
