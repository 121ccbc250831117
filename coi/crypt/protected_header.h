// Header protection: which fields stand inside of an encrypted mail, which outside, and which of them count.
//
// [RFC 9788 §2] (hp="cipher" and "clear", HP-Outer, hp-legacy-display), and its older form protected-headers="v1",
// which today's programs still write. Works on raw fields, so that nothing is changed on the way. Left out: HP-Outer of
// incoming mail (it says what an unencrypted answer must not repeat; answers to encrypted mail are encrypted).

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/pgp_mime.h"
#include "coi/mail/header.h"

namespace coi::pgp_mime {

struct RawField {
    std::string name;       // lower case
    std::string_view text;  // all of it with its line ends, folded as it stood
    /// What stands after the colon, unfolded.
    std::string value() const;
};

/// A header block and what follows its empty line. Views into the mail.
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

/// One mail out of both: the inside with what counts of the outside. `inside` is a MIME entity. ErrorKind::forbidden if
/// it names another author. `encrypted`: it was; a mail that is only signed says outside what clear mail may say there,
/// unless its header is protected.
Result<std::string> joined(std::string_view mail, std::string_view inside, bool encrypted = true);

}  // namespace coi::pgp_mime
