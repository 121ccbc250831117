// Bounces that are no multipart/report: text for people, with a copy of the mail that failed, or at least its id.
//
// qmail's have fixed words (QSBMF: "Hi. This is the …", a paragraph a recipient, a copy after a line of dashes); Exim's
// have X-Failed-Recipients. Of all others (GMX, Yahoo, mail.ru, QQ …) it is read what they have in common: they come
// from a mail system, their subject says that something failed, addresses stand beside reply codes, and the Message-ID
// of what failed stands in a copy of its header, in an attached mail, or in In-Reply-To. Nothing is taken for a bounce
// without that id: it is what proves that a mail of ours is meant.

#pragma once

#include <optional>

#include "coi/mail/dsn.h"
#include "coi/message.h"

namespace coi {

/// `mail`: its header, `text` and `report_original`. `from` may be empty.
std::optional<Dsn> read_old_bounce(const Message& mail);

}  // namespace coi
