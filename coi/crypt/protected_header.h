// Header protection: which fields are inside of an encrypted mail, which are outside, and which of them count.
//
// [RFC 9788 §2] (hp="cipher" and "clear", HP-Outer, hp-legacy-display), and the older protected-headers="v1", which
// current programs still write. Works on raw fields, so that nothing is changed. Left out: HP-Outer of incoming mail
// (it says what an unencrypted answer must not repeat; answers to encrypted mail are encrypted).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/pgp_mime.h"
#include "coi/mail/header.h"

namespace coi::pgp_mime {

struct RawField {
    std::string name;       // lower case
    std::string_view text;  // raw, folded, with its line ends
    /// The unfolded value after the colon.
    std::string value() const;
};

/// A header block and the bytes after its empty line. Views into the mail.
struct Headed {
    std::vector<RawField> fields;
    std::string_view body;
};
Headed split_header(std::string_view mail);

/// The header blocks of an encrypted mail.
struct Closed {
    std::string outside;  // without MIME-Version and Content-Type
    std::string inside;   // all of the mail
};
Closed close_header(std::string_view mail, const Close&);

/// Joins the inside and the relevant fields of the outside to one mail. `inside` is a MIME entity. ErrorKind::forbidden
/// if it has another author. `encrypted`: it was encrypted; the outer header of a mail that is only signed counts like
/// that of a clear mail, unless its header is protected.
Result<std::string> joined(std::string_view mail, std::string_view inside, bool encrypted = true);

/// Whether `joined` takes To and Message-ID from the inside.
bool names_readers(std::string_view inside);

}  // namespace coi::pgp_mime
