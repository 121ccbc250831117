// Multi-User Chat, as the service speaks it: entering a room, its occupants, invitations, and lists of members.
//
// [XEP-0045 §7, §9]. Left out: passwords, registration, requests for voice, unique room names; configuration forms are
// data forms (xep0004_forms) in a query of `ns_owner`. Elements belong to the stanza they are added to.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0045 {

inline constexpr const char* ns = "http://jabber.org/protocol/muc";
inline constexpr const char* ns_user = "http://jabber.org/protocol/muc#user";
inline constexpr const char* ns_admin = "http://jabber.org/protocol/muc#admin";
inline constexpr const char* ns_owner = "http://jabber.org/protocol/muc#owner";

/// [§15] the codes that are sent here.
enum class Status {
    jids_are_shown = 100,
    own_presence = 110,
    config_changed = 104,
    is_logged = 170,
    room_created = 201,
    nick_changed_by_room = 210,
    removed = 321,  // no member any more
    service_ends = 332,
};

/// How much of what was said before somebody wants to see. Nothing set: as much as the room gives.
struct HistoryRequest {
    std::optional<std::size_t> most_characters{};  // of the XML
    std::optional<std::size_t> most_messages{};
    std::optional<std::chrono::sys_time<std::chrono::milliseconds>> since{};
    std::optional<std::chrono::seconds> within{};  // the last so many seconds
    bool operator==(const HistoryRequest&) const = default;
};
/// [§7.2.1, §7.2.13] of a presence by which somebody enters a room; nullopt: it is another one.
std::optional<HistoryRequest> join_of(const Tag& presence);

/// An occupant or member. "" where it is not said.
struct Item {
    std::string affiliation;  // "owner", "admin", "member", "outcast", "none"
    std::string role;         // "moderator", "participant", "visitor", "none"
    std::string jid, nick, reason;
    bool operator==(const Item&) const = default;
};
/// [§7.2.2] what the room says of the occupant from whose JID the presence comes.
void add_occupant(Tag& presence, const Item&, const std::vector<Status>&);
/// [§10.2] a message of the room by which clients notice a change of its configuration.
void add_status(Tag& message, const std::vector<Status>&);

/// [§7.8.2] a mediated invitation.
struct Invitation {
    std::string jid;  // whom an occupant invites; whose invitation it is when the room passes it on
    std::string reason;
    bool operator==(const Invitation&) const = default;
};
/// Whom an occupant's message to the room invites, at most `most`.
std::vector<Invitation> invitations_of(const Tag& message, std::size_t most);
/// The room's message to who is invited.
void add_invitation(Tag& message, const Invitation&);
/// The room's message to an inviter whose invitation was declined.
void add_decline(Tag& message, const Invitation&);

/// [§9.3, §9.5] what an iq to the room asks or changes, at most `most`; none if it is something else.
std::vector<Item> admin_items(const Tag& iq, std::size_t most);
void add_admin_items(Tag& result, const std::vector<Item>&);

/// [§8.1] a message with a <subject/> and neither <body/> nor <thread/> changes the subject.
const Tag* subject_change(const Tag& message);

}  // namespace xmpp::xep0045
