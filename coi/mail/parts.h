// Walks the MIME tree of a mail once: finds the text, the attachments and the content of reports.
//
// [RFC 2046 §5.1] (mixed, alternative, digest), [RFC 2387] (related), [RFC 1847] (signed, encrypted), [RFC 6522]
// (report). Encrypted parts are not decrypted here (coi/crypt does that). A message/rfc822 is an attachment, so that
// the text of a forwarded mail is never taken for the sender's text.

#pragma once

#include <string>

#include "coi/mail/gobject.h"
#include "coi/message.h"

namespace coi {

/// "text/plain", lower case.
std::string content_type_of(GMimeObject*);
/// The raw value of a Content-Type parameter, "" if missing.
std::string content_parameter(GMimeObject*, const char* name);

/// Fills text, text_was_html, attachments, mdn, dsn, report_original, encrypted and is_signed of `message`.
Result<void> read_parts(GMimeObject* top, const Limits&, const ParseOptions&, Message& message);

}  // namespace coi
