// Delivery status notifications: parsing received ones, and writing them.
//
// [RFC 3464], [RFC 3461 §6], [RFC 6533] (utf-8 addresses).

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/address.h"
#include "coi/message_id.h"
#include "coi/result.h"

namespace coi {

struct Dsn {
    enum class Action { failed, delayed, delivered, relayed, expanded };
    struct Recipient {
        std::string address;  // addr-spec of Final-Recipient (or Original-Recipient), UTF-8
        Action action = Action::failed;
        std::string status;      // "5.1.1"
        std::string diagnostic;  // the remote server's text, "" if none
        bool operator==(const Recipient&) const = default;
    };
    std::string envelope_id;  // Original-Envelope-Id, decoded, "" if none
    std::vector<Recipient> recipients;
    MessageId original;  // Message-ID in the returned headers, empty if there are none
    bool operator==(const Dsn&) const = default;
};

/// Parses the body of a message/delivery-status part [RFC 3464 §2]. `original` stays empty: the caller fills it from
/// the returned headers.
Result<Dsn> parse_dsn(std::string_view part);

/// The content of our DSN for a mail that could not be delivered to Jabber.
struct Bounce {
    Address reporter;  // mailer-daemon of our domain
    Address sender;    // the recipient of the DSN: the proven envelope sender
    Dsn dsn;
    std::string explanation;       // a text for people, UTF-8
    std::string original_headers;  // header block of the failed mail, CRLF, "" if it is not stored any more
};

/// A complete multipart/report with Auto-Submitted: auto-replied [RFC 3464 §2, RFC 3834]; CRLF, 7-bit clean.
Result<std::string> print_bounce(const Bounce&, const MessageId& id);

}  // namespace coi
