// What is mailed to a group: said in its room, with the changes of the group that it brings.
//
// A room is made with the first mail of its group, and its user is invited once. Who proves nothing in a conversation
// that is proven changes nothing in the room. A mail to some members only, of somebody who is no member, or less
// protected than the room, is left to the chat with its author, and so is all of an author with whom the user speaks
// OMEMO or OTR. The commit of the mail is the proof that it was taken: what is said in a room is kept there. Left out:
// groups without an id (people of To and Cc), receipts, timers.

#pragma once

#include <optional>
#include <string>

#include "coi/mail/group.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/model/clock.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/pipeline/attachments.h"
#include "gateway/pipeline/stanza_entry.h"
#include "gateway/pipeline/turns.h"
#include "gateway/store/outlet.h"
#include "gateway/store/room_audience.h"
#include "gateway/store/seal.h"
#include "gateway/task.h"

namespace gateway {

class RoomMail {
  public:
    struct Modules {
        Directory& directory;
        Store& store;
        Workers& workers;
        queue::Outlet& to_jabber;
        Attachments& attachments;
        Turns& turns;
        RoomAudience& audience;
        Clock now;
    };
    RoomMail(Modules modules, Seal seal, StanzaSettings settings)
        : modules_(std::move(modules)), seal_(std::move(seal)), settings_(std::move(settings)) {}
    void reload(const StanzaSettings& settings) { settings_ = settings; }

    /// nullopt: the mail is a message to its reader alone. `keys`: what it changed, if it was taken. Throws
    /// AccountGone, StoreUnavailable.
    Task<std::optional<DeliveryResult>> carry(IncomingMail&, KeyUpdateResult& keys);

  private:
    Task<std::optional<Room>> room_of(const IncomingMail&, const coi::Group&) const;
    Task<std::optional<Event>> translate(IncomingMail&) const;
    Task<> resolve(const IncomingMail&, const Room&, Event&) const;
    /// What the mail means for the room.
    struct Outcome {
        RoomChange change{};
        bool is_invited = false;  // its user
        bool is_changed = false;  // it has to be saved
    };
    Task<bool> may_have_another(AccountId) const;
    Task<Room> named(Room) const;
    bool is_for_author_alone(const IncomingMail&, const Room&, const coi::Group&) const;
    DeliveryResult skipped(const IncomingMail&, const char* why) const;
    Task<DeliveryResult> commit(IncomingMail&, Room, Outcome, Event, Turn, KeyUpdateResult&);
    bool is_believed(const IncomingMail&, const Room&) const;
    std::vector<rooms::Said> said_of(const Room&, Event, const coi::Address& author) const;
    queue::Entry invitation(const Room&, const Account&, const coi::Address& author) const;

    Modules modules_;
    Seal seal_;
    StanzaSettings settings_;
};

}  // namespace gateway
