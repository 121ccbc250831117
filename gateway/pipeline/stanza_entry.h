// An event for a user as an entry of the queue towards Jabber. Pure.

#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "gateway/store/queue.h"
#include "xmpp/jid.h"

namespace gateway {

struct StanzaSettings {
    std::string component;  // our domain at the Jabber server
    std::chrono::milliseconds expire = std::chrono::days(5);
    bool has_rooms = false;  // groups are rooms
};

/// `from`: the contact's JID. A message that was written a while ago says when [XEP-0203]. `nick`: the contact's name,
/// for the first message [XEP-0172 §4.2]; "": none. `is_markable`: the client is asked to tell when it has displayed
/// the message, also where its author does not want to know.
queue::Entry stanza_entry(const Event&, const Account&, const std::string& contact, const xmpp::JID& from, Time now,
                          const StanzaSettings&, const std::string& nick = "", bool is_markable = false);

/// What the account's user wrote to the contact with another program. It goes from the user's bare JID to the contact's
/// JID, on the user's behalf; `beside` is what the user gets of the contact where the server lets nobody do that: the
/// same as a text that names its author, "" of what is no text. Where nothing proves its author it is an entry with
/// such a text alone; nullopt if there is none.
std::optional<queue::Entry> own_entry(const Event&, const Account&, const std::string& contact, const xmpp::JID& to,
                                      Time now, const StanzaSettings&, bool is_proven);

}  // namespace gateway
