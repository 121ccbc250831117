// What happened between two people, in no network's words: the one type that both sides are translated through.
//
// A stanza is read into an Event and an Event is written into a mail, and the other way round; each kind of content is
// one file in gateway/translate/feature/. Later kinds (attachment, correction, reaction …) join the variant below.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "coi/mail/address.h"
#include "coi/message_id.h"

namespace gateway {

using Time = std::chrono::sys_time<std::chrono::milliseconds>;

/// The name of one of our users' stanza ids: minted by us towards Jabber, or given by a client (then it may be missing
/// or reused).
struct StanzaId {
    std::string value;
    bool empty() const { return value.empty(); }
    auto operator<=>(const StanzaId&) const = default;
};

/// The database key of an account.
enum class AccountId : std::int64_t {};

/// Somebody wrote something.
struct Text {
    std::string body;     // UTF-8, LF
    std::string subject;  // "" for none
    bool is_cut = false;  // there was more than a stanza holds
    bool operator==(const Text&) const = default;
};

/// The other side got it (delivered) or saw it (displayed).
struct Receipt {
    enum class Kind { delivered, displayed } kind = Kind::delivered;
    coi::MessageId of;   // in mail
    StanzaId of_stanza;  // in Jabber
    bool operator==(const Receipt&) const = default;
};

/// One whole message of an OTR session that ends at its two people, not here.
struct OtrMessage {
    std::string message;  // "?OTR…", never a fragment
    std::string words;    // what a person reads where it is not understood; in its writer's language
    bool operator==(const OtrMessage&) const = default;
};

struct Event {
    std::string user;            // bare JID of the Jabber user, normalised
    coi::Address contact;        // the mail user
    Time when{};                 // when it was written, as far as known
    coi::MessageId message;      // its id in mail
    StanzaId stanza;             // its id in Jabber
    bool wants_receipt = false;  // [XEP-0184] request, or Chat-Disposition-Notification-To
    std::string lang;            // xml:lang, "" if unknown
    std::variant<std::monostate, Text, Receipt, OtrMessage> what;
    bool operator==(const Event&) const = default;
};

}  // namespace gateway
