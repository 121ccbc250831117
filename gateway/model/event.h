// What happened between two people, in no network's words: the one type that both sides are translated through.
//
// A stanza is read into an Event and an Event is written into a mail, and the other way round. An Event has one or more
// contents (a text that answers an earlier message is a Text and a ReplyTo); each kind of content is one file in
// gateway/translate/feature/.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
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

/// The recipient got (delivered) or saw (displayed) the referenced message.
struct Receipt {
    enum class Kind { delivered, displayed } kind = Kind::delivered;
    std::vector<coi::MessageId> further{};  // other messages, older ones, of which the same mail says so
    bool operator==(const Receipt&) const = default;
};

/// One whole message of an OTR session that ends at its two people, not here.
struct OtrMessage {
    std::string message;  // "?OTR…", never a fragment
    std::string words;    // what a person reads where it is not understood; in its writer's language
    bool operator==(const OtrMessage&) const = default;
};

/// The Text of this event replaces the text of the referenced message.
struct Correction {
    bool operator==(const Correction&) const = default;
};

/// The Text of this event answers the referenced message.
struct ReplyTo {
    std::string quote;       // the quoted part of that message, without quote marks; "" if there is none
    bool is_folded = false;  // the text has "[…]" in place of the quote (coi/mail/quote)
    bool operator==(const ReplyTo&) const = default;
};

/// Emojis on the referenced message, in place of earlier ones of the same author.
struct Reaction {
    std::vector<std::string> emojis;  // none: all are taken back
    bool operator==(const Reaction&) const = default;
};

/// What the content of a file must have. Empty: not known.
struct FileHash {
    std::string algorithm, digest;  // "sha-256"; raw
    bool operator==(const FileHash&) const = default;
};

/// A file that its reader finds at an address.
struct File {
    enum class Kind { file, voice_message, sticker };
    std::string url, name, type;  // "" for no name; "image/jpeg"
    std::size_t size = 0;         // bytes
    Kind kind = Kind::file;
    std::chrono::milliseconds duration{};        // of a recording, 0 if it is not known
    std::shared_ptr<const std::string> bytes{};  // of a file that goes as an attachment, once it has been fetched
    FileHash hash{};
    std::uint32_t width = 0, height = 0;  // of a picture in pixels, 0 if they are not known
    bool operator==(const File&) const = default;
};
struct Files {
    std::vector<File> all;
    bool operator==(const Files&) const = default;
};

/// An earlier message. After read() it has the id of one network; gateway/store/resolve adds the other.
struct Reference {
    coi::MessageId message{};       // in mail
    StanzaId stanza{};              // in Jabber
    coi::MessageId latest{};        // the newest correction of it that went to mail; empty: none
    bool by_user = false;           // the Jabber user wrote it
    Time when{};                    // it was taken here
    bool is_retracted = false;      // its author has taken it back
    std::vector<StanzaId> files{};  // the stanzas of its files, which stand behind it
    bool operator==(const Reference&) const = default;
};

/// The referenced message is taken back by its author.
struct Retraction {
    std::vector<Reference> further{};  // other messages that the same mail takes back
    std::string words{};               // for clients that know no retractions, in the user's language
    bool operator==(const Retraction&) const = default;
};

/// A place, or where the author is.
struct Location {
    double latitude = 0, longitude = 0;  // degrees, WGS 84
    std::optional<double> accuracy{};    // metres
    std::string name{};                  // "" for none
    bool is_live = false;                // where its author is at the moment; more positions follow
    bool operator==(const Location&) const = default;
};

/// A call, which no gateway carries: its other side is told so.
struct Call {
    enum class Kind { offered, ended } kind = Kind::offered;
    bool has_video = false;
    bool operator==(const Call&) const = default;
};

/// The reader's program deletes the message this long after it was read. 0: never, from now on.
struct DisappearsAfter {
    std::chrono::seconds time{};
    bool operator==(const DisappearsAfter&) const = default;
};

using Content = std::variant<Text, Receipt, OtrMessage, Correction, ReplyTo, Reaction, Retraction, Files, Location,
                             Call, DisappearsAfter>;

/// Which earlier messages an event may refer to, by their author.
enum class RefersTo {
    nothing,
    own,     // messages of the author of the event
    others,  // messages of the recipient of the event
    any
};

struct Event {
    std::string user;                // bare JID of the Jabber user, normalised
    coi::Address contact;            // the mail user
    Time when{};                     // when it was written, as far as known
    coi::MessageId message;          // its id in mail
    StanzaId stanza;                 // its id in Jabber
    std::optional<Reference> about;  // the earlier message that this is about
    bool wants_receipt = false;      // [XEP-0184] request, or Chat-Disposition-Notification-To
    std::string lang;                // xml:lang, "" if unknown
    std::vector<Content> contents;   // at most one of a kind
    bool operator==(const Event&) const = default;

    /// The content of this kind, or nullptr.
    template <class X>
    const X* get() const {
        for (const auto& content : contents) {
            if (const auto* found = std::get_if<X>(&content)) return found;
        }
        return nullptr;
    }
    template <class X>
    X* get() {
        return const_cast<X*>(std::as_const(*this).template get<X>());
    }
    template <class X>
    void remove() {
        std::erase_if(contents, [](const Content& content) { return std::holds_alternative<X>(content); });
    }
};

}  // namespace gateway
