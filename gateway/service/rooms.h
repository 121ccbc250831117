// Rooms as a user's clients see them: who is in them, what was said, and entering and leaving.
//
// [XEP-0045 §7, §15], [XEP-0410] (whether a client is still in), [XEP-0421] occupant ids. A room is its account's own:
// only this user enters it, with any number of clients under one nick. All others in it are members of the group, who
// are always there. What is said is committed before it comes here; a client that is away reads it when it enters
// again. After a restart nobody is in a room: clients notice it by their pings. Left out: roles, bans, voice,
// passwords, and presence of members; whoever may write may do so.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "gateway/store/room_audience.h"
#include "xmpp/xep/xep0045_muc.h"

namespace gateway {

class Rooms : public RoomAudience {
  public:
    struct Settings {
        std::string component;
        std::size_t kept = 200;  // of what was said, in each room
    };
    Rooms(Directory&, Store&, JabberStream&, Settings, Timer after);

    /// Whether a JID of the component may be a room's.
    static bool is_room(const xmpp::JID&);
    /// A presence to a room or an occupant.
    void take_presence(const xmpp::Tag&);
    /// An <iq/> to a room or an occupant; every request is answered.
    void take_iq(const xmpp::Tag&);
    /// The stream is down: nobody is in a room.
    void offline();
    /// The nick of a client (full JID) in a room; nullptr if it is not in it.
    const std::string* nick_of(const std::string& local, const std::string& client) const;

    void said(const Room&, const std::vector<rooms::Said>&) override;
    void changed(const Room&, const RoomChange&) override;

  private:
    /// A client in a room, or one that is entering it.
    struct Occupant {
        std::string nick;
        std::uint64_t entry = 0;  // number of its entering
        bool is_in = false;       // it has got what was said before
    };
    struct Entering;
    void enter(const xmpp::Tag& presence, xmpp::xep0045::HistoryRequest);
    void check(const xmpp::Tag& presence, const xmpp::xep0045::HistoryRequest&, const std::optional<Room>&);
    void go_on(std::shared_ptr<Entering>);
    void send_subject(const Room&, const std::string& client);
    void leave(const std::string& local, const std::string& client);
    void discover(const xmpp::Tag& iq, const Room&);
    void answer(const xmpp::Tag& iq, const Room&);
    bool is_users(const Room&, const std::string& client) const;
    std::string jid_of_room(const Room&) const;
    void send_presence(const Room&, const std::string& nick, const std::string& client, const RoomMember*,
                       std::vector<xmpp::xep0045::Status>);
    void refuse_unknown(const xmpp::Tag&);
    bool has_account(const xmpp::Tag&) const;
    void refuse(const xmpp::Tag&, const char* type, const char* condition, const std::string& words);

    Directory& directory_;
    Store& store_;
    JabberStream& stream_;
    Settings settings_;
    Timer after_;
    std::map<std::string, std::map<std::string, Occupant>> occupants_;  // by the room's local part, then by full JID
    std::uint64_t entries_ = 0;
};

}  // namespace gateway
