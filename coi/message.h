// A mail as a value; parsing of bytes and printing.
//
// [RFC 5322], [RFC 2045]-[RFC 2047], [RFC 2231], [RFC 6532] (UTF-8 headers), [COI-C] for the Chat-* headers. GMime does
// MIME; this type has what a chat needs. Encrypted parts become attachments: coi/crypt decrypts mail.
// Invariant: parse(print(m)) == m for every Message in the form that parse gives (text and one-line values trimmed and
// without control characters, at most 20 references) that print accepts (property test `message`).

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/mail/address.h"
#include "coi/mail/calendar.h"
#include "coi/mail/dsn.h"
#include "coi/mail/h_card.h"
#include "coi/mail/mdn.h"
#include "coi/message_id.h"
#include "coi/result.h"

namespace coi {

/// Limits for untrusted mail; a mail beyond them is refused with ErrorKind::limit.
struct Limits {
    std::size_t mail_bytes = 25 * 1024 * 1024;
    std::size_t header_block_bytes = 256 * 1024;
    std::size_t header_bytes = 32 * 1024;  // of one field; a picture may be longer (coi/mail/avatar)
    std::size_t parts = 200;
    std::size_t depth = 20;
    std::size_t text_bytes = 256 * 1024;  // decoded text per mail; the rest is cut, which the text says
};

/// A message of an OTR session, carried for another program.
inline constexpr std::string_view otr_type = "application/x-otr";

/// A part that is not the text. The recipient is told its name and size; its bytes are carried where a feature supports
/// it.
struct Attachment {
    std::string content_type;  // lower case, "image/jpeg"
    std::string name;          // decoded file name, "" if it has none; never a path
    std::size_t size = 0;      // decoded bytes
    std::string bytes;  // decoded; empty unless ParseOptions::keep_attachments, or of otr_type or coi/mail/chat_data
                        // and no longer than a text may be
    bool is_inline = false;
    std::string url{};     // where its reader finds it; set after parse, not printed, as are the next. "": nowhere else
    std::string sha256{};  // of what lies there, raw
    std::uint32_t width = 0, height = 0;  // of a picture that lies there, in pixels; 0: not known
    bool operator==(const Attachment&) const = default;
};

/// The members below; other header fields are in `headers`.
struct Message {
    MessageId id;               // "" in a mail without one
    std::string trace;          // of a mail without an id: its Received fields, which identify it; not printed
    std::vector<Address> from;  // never empty after parse; one in every mail a person wrote. A report that does not
                                // say readably who wrote it has MAILER-DAEMON without a domain
    std::optional<Address> sender;
    std::vector<Address> reply_to;
    std::vector<Address> to, cc;
    std::optional<std::chrono::sys_seconds> date;
    std::string subject;  // decoded, one line
    std::vector<MessageId> in_reply_to, references;
    std::string text;            // UTF-8, LF, format=flowed undone, no blank line at either end; of HTML only mail its
                                 // readable text
    bool text_was_html = false;  // true: the mail has no text/plain
    // COMPAT: an empty line stood before quoted lines at the start of the text, by which Delta Chat says that its user
    // typed them.
    bool quote_is_typed = false;
    std::vector<Attachment> attachments;
    std::optional<Invitation> invitation;  // the first event of a calendar part; print leaves it out
    std::optional<Mdn> mdn;                // the mail is a disposition notification
    std::optional<Dsn> dsn;                // the mail is a delivery status notification
    std::optional<std::string> avatar{};   // the author's picture, not looked at; "": they have none any more
    std::optional<Card> card{};            // what a COI program says of its user beside the text
    std::string report_original;           // header block of the returned message of a report, "" if none
    bool encrypted = false;                // OpenPGP (PGP/MIME, inline) or S/MIME; its content is not in `text`
    bool is_signed = false;  // the whole mail is signed by OpenPGP [RFC 3156 §5], by any key; print omits the signature
    // Header fields by lower-case name, decoded and unfolded: every Chat-*, Secure-Join* and List-*, and
    // Auto-Submitted, Precedence, Return-Path, Authentication-Results, Autocrypt, Disposition-Notification-To,
    // Ephemeral-Timer, Delivered-To, X-Auto-Response-Suppress, X-Autoreply and similar ones (coi/mail/bulk),
    // X-Failed-Recipients, X-Loop, Autocrypt-Setup-Message, and Content-Disposition `reaction` if the text is one, also
    // in a part [RFC 9078 §3].
    // Only the first of each; of Autocrypt all, one per line. print writes them.
    std::map<std::string, std::string> headers;

    /// The field's value, or "" (an empty field is treated as a missing one).
    const std::string& header(std::string_view lower_case_name) const;
    bool operator==(const Message&) const = default;
};

struct ParseOptions {
    bool keep_attachments = false;
    bool is_inside =
        false;  // the inside of an encrypted mail: copies of its header in the text are removed [RFC 9788 §5.2]
};

/// Parses bytes (with CRLF or LF). Never throws; refuses only mail that exceeds the Limits or whose author cannot be
/// determined (coi/mail/author.h).
Result<Message> parse(std::string_view mail, const Limits& = {}, const ParseOptions& = {});

/// Prints a Message as 7-bit bytes with CRLF, text/plain UTF-8 format=flowed [RFC 3676]; with attachments (bytes
/// present) multipart/mixed; with `mdn` a report with `text` as its human part. Fails with ErrorKind::malformed if a
/// value cannot be in a mail (no From, a line break in a header) and for what print does not support (DSN, encrypted
/// mail). Only an address with a non-ASCII local part makes a header 8-bit [RFC 6532]: its envelope needs SMTPUTF8
/// anyway.
Result<std::string> print(const Message&);

}  // namespace coi
