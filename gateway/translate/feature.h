// A feature: all that belongs to one kind of content, declared by its file in gateway/translate/feature/.
//
// translate.cpp holds the table; it and gateway/service/disco are loops over it. Nobody else has to know which kinds
// there are.

#pragma once

#include <string>
#include <vector>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "xmpp/stanza.h"

namespace gateway {

/// Whose messages an event of a kind may be about.
enum class Whose {
    nobodys,  // it is about no message
    writers,  // nobody changes what others wrote
    readers,  // what was sent to its writer
    everybodys
};

/// What came of looking for the message that an event is about.
struct Settled {
    bool found = false;
    bool to_user = false;  // the event goes to the Jabber user; false: to the mail user
    std::string lang{};    // its reader's
};

struct Feature {
    /// Whether an event has a content of this kind.
    bool (*is_in)(const Event&);
    /// Adds what the stanza or the mail says of this kind (and what it is about) to the event that the rows before it
    /// have read. True if this is all that it says.
    bool (*read_stanza)(const xmpp::Tag& message, Event&);
    /// `lang`: the reader's, for what is said in our words.
    bool (*read_mail)(const coi::Message&, const std::string& lang, Event&);
    /// Adds the content to what the rows before it have written.
    void (*write_stanza)(const Event&, xmpp::Tag& message);
    void (*write_mail)(const Event&, coi::Message&, Dialect);
    /// Whether a mail in this dialect is written at all; what a mail program would only be bothered by, is not.
    bool (*carries)(const Event&, Dialect);
    Whose about = Whose::nobodys;
    /// The message that it is about was looked for. nullptr: the event says the same, found or not.
    void (*settle)(Event&, const Settled&) = nullptr;
    /// [XEP-0030] What a contact announces for it.
    std::vector<const char*> disco{};
};

template <class X>
bool is_in(const Event& event) {
    return event.get<X>() != nullptr;
}

inline bool carries_always(const Event&, Dialect) { return true; }

}  // namespace gateway
