// What a user says in a room: one mail to all members, and the same words to all clients of the user in the room.
//
// The mail and what stands in the room are one commit. What is said in a group that is encrypted leaves encrypted or
// not at all, and the user is told whose key is missing. A change of the subject gives the group another name.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "coi/mail/group.h"
#include "gateway/accounts/directory.h"
#include "gateway/encryption/group_encryption.h"
#include "gateway/model/clock.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/pipeline/refusal.h"
#include "gateway/pipeline/turns.h"
#include "gateway/store/outlet.h"
#include "gateway/store/room_audience.h"
#include "gateway/task.h"

namespace gateway {

class RoomOutgoing {
  public:
    struct Settings {
        std::string component;
        std::chrono::milliseconds expire = std::chrono::days(5);
    };
    struct Modules {
        Directory& directory;
        Store& store;
        GroupEncryption& encryption;
        queue::Outlet& to_mail;
        StanzaSender& to_jabber;
        RoomAudience& audience;
        Turns& turns;
        Clock now;
    };
    RoomOutgoing(Modules modules, Settings settings) : modules_(std::move(modules)), settings_(std::move(settings)) {}

    /// A message of type groupchat from a client that is in the room under this nick.
    void take(const xmpp::Tag& message, const std::string& nick);
    /// Members that a client adds or removes: an iq of XEP-0045 with a list, or a message with invitations. Who removes
    /// its own user leaves the group.
    void take_changes(const xmpp::Tag&);
    std::size_t waiting() const { return under_way_; }

  private:
    /// What leaves, and what it changes.
    struct Post {
        Room room, before;
        Event event{};
        std::string lang{}, former_name{};
        std::optional<coi::GroupMember> added{}, removed{};
        std::optional<coi::Address> also_to{};  // who is no member any more
        std::optional<rooms::Said> said{};
        RoomChange change{};
        Turn turn{};
    };
    Task<> answered(std::shared_ptr<const xmpp::Tag>, Task<> way);
    Task<> carry(std::shared_ptr<const xmpp::Tag> message, std::string nick);
    Task<> carry_changes(std::shared_ptr<const xmpp::Tag>);
    Task<Room> room_of(const xmpp::Tag&) const;
    Task<Post> begin(const xmpp::Tag&);
    void rename(Post&, const std::string& typed);
    void add(Post&, const coi::Address&);
    void remove(Post&, const coi::Address&);
    Task<> resolve(const Room&, Event&) const;
    Task<> send(Post, const xmpp::Tag&);
    std::chrono::sys_seconds after(std::chrono::sys_seconds) const;
    coi::Message mail_of(const Post&, const Account&) const;
    queue::Entry entry_of(const Post&, const Account&, const xmpp::Tag&,
                          const std::vector<coi::Address>& readers) const;
    Task<std::string> bytes_of(const Account&, const Room&, std::vector<coi::Address> readers, coi::Message,
                               std::string lang) const;
    rooms::Said said_of(const Room&, const xmpp::Tag& message, const std::string& nick, const StanzaId&) const;

    Modules modules_;
    Settings settings_;
    std::size_t under_way_ = 0;
};

}  // namespace gateway
