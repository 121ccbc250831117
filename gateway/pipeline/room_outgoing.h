// What a user says in a room: one mail to all members, and the same words to all clients of the user in the room.
//
// The mail and what stands in the room are one commit. What is said in a group that is encrypted leaves encrypted or
// not at all, and the user is told whose key is missing. A change of the subject gives the group another name.

#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

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
        Clock now;
    };
    RoomOutgoing(Modules modules, Settings settings) : modules_(std::move(modules)), settings_(std::move(settings)) {}

    /// A message of type groupchat from a client that is in the room under this nick.
    void take(const xmpp::Tag& message, const std::string& nick);
    std::size_t waiting() const { return turns_.waiting(); }

  private:
    Task<> answered(std::shared_ptr<const xmpp::Tag> message, std::string nick);
    Task<> carry(const xmpp::Tag& message, const std::string& nick);
    Task<Room> room_of(const xmpp::Tag& message) const;
    Task<> resolve(const Room&, Event&) const;
    coi::Message mail_of(const Room&, const Account&, const Event&, const coi::Group& change) const;
    Task<std::string> bytes_of(const Account&, const Room&, coi::Message, std::string lang) const;
    rooms::Said said_of(const Room&, const xmpp::Tag& message, const std::string& nick, const StanzaId&) const;

    Modules modules_;
    Settings settings_;
    Turns turns_;
};

}  // namespace gateway
