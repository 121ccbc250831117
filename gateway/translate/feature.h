// A feature: everything that belongs to one kind of content. Each file in gateway/translate/feature/ declares one.
//
// translate.cpp has the table of all features; translate.cpp and gateway/service/disco.cpp loop over it.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "coi/message.h"
#include "gateway/model/account.h"
#include "gateway/model/event.h"
#include "xmpp/stanza.h"
#include "xmpp/xep/xep0004_forms.h"

namespace gateway {

/// The result of looking up the message that an event refers to (gateway/store/resolve).
struct Resolution {
    bool found = false;
    bool to_user = false;  // the event is for the Jabber user; false: for the mail user
    std::string lang{};    // of the recipient
};

struct Feature {
    /// Whether an event has a content of this kind.
    bool (*is_in)(const Event&);
    /// Adds the content of this kind, and the reference, to the event as the earlier features in the table have read
    /// it. True: the later features in the table do not read this stanza or mail.
    bool (*read_stanza)(const xmpp::Tag& message, Event&);
    /// `lang`: of the recipient, for texts of the gateway.
    bool (*read_mail)(const coi::Message&, const std::string& lang, Event&);
    /// Adds the content to what the earlier features in the table have written.
    void (*write_stanza)(const Event&, xmpp::Tag& message);
    void (*write_mail)(const Event&, coi::Message&, Dialect);
    /// Whether a mail is sent to a contact with this dialect.
    bool (*carries)(const Event&, Dialect);
    /// What the user is told if it is not. nullptr: nothing (nobody waits for it).
    std::string (*not_carried)(const std::string& lang) = nullptr;
    RefersTo refers_to = RefersTo::nothing;
    /// Called after the look-up of the referenced message. nullptr: the result changes nothing. An event that is left
    /// without a content is not delivered; the Jabber user is told that the message is not known.
    void (*resolved)(Event&, const Resolution&) = nullptr;
    /// The features that contacts announce by service discovery [XEP-0030 §3].
    std::vector<const char*> disco{};
    /// What contacts of a dialect say of them beside that [XEP-0128 §2]; nullopt: nothing.
    std::optional<xmpp::xep0004::Form> (*disco_form)(Dialect) = nullptr;
};

template <class X>
bool is_in(const Event& event) {
    return event.get<X>() != nullptr;
}

inline bool carries_always(const Event&, Dialect) { return true; }

}  // namespace gateway
