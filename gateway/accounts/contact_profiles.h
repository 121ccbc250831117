// The pictures and status of contacts: learnt from mail, kept, and told to the clients that want them.
//
// [XEP-0084 §3.3] all pictures when a client is first heard of, at the pace of the socket, and later those that change.
// The hash in presence, and the status, are service/presence's.

#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "gateway/accounts/clients.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/profile_observer.h"
#include "gateway/model/jabber_stream.h"
#include "gateway/model/timer.h"
#include "xmpp/xep/xep0084_avatar.h"

namespace gateway {

/// What a mail says of its author. No value: nothing; a picture without bytes: they have none any more.
struct ProfileNews {
    std::optional<Picture> picture{};
    std::optional<std::string> status{};
    bool asks = false;  // [COI-C "Requesting Profile Information"] their program has lost our user's
    bool operator==(const ProfileNews&) const = default;
};

class ContactProfiles {
  public:
    ContactProfiles(Directory& directory, Store& store, const Clients& clients, ProfileObserver& observer,
                    JabberStream& stream, std::string component, Timer after)
        : directory_(directory),
          store_(store),
          clients_(clients),
          observer_(observer),
          stream_(stream),
          component_(std::move(component)),
          after_(std::move(after)) {}

    /// Whoever calls this has asked gateway/model/trust. Nothing happens if the contact is not known.
    void learn(AccountId, const std::string& canonical, const ProfileNews&);
    /// The contact's picture; nullopt if there is none, or the store cannot be read.
    void read(AccountId, const std::string& canonical, std::function<void(std::optional<Picture>)> done) const;
    /// The pictures of all contacts, to a client that has just said that it wants them.
    void introduce(const std::string& client);
    /// The stream is down: whoever waits comes again.
    void offline() { waiting_.clear(); }

  private:
    /// What a client is told, once the socket has room.
    struct Event {
        std::string client, jid;
        PictureInfo picture;
    };
    void tell(Event);
    void tell_some();

    Directory& directory_;
    Store& store_;
    const Clients& clients_;
    ProfileObserver& observer_;
    JabberStream& stream_;
    std::string component_;
    Timer after_;
    std::deque<Event> waiting_;
    bool is_pausing_ = false;
};

/// As [XEP-0084] says it.
xmpp::xep0084::Info info_of(const PictureInfo&);

}  // namespace gateway
