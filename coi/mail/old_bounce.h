// Bounces that are no multipart/report: text for people, with a copy of the failed mail, or at least its Message-ID.
//
// qmail's have fixed sentences (QSBMF: "Hi. This is the …", one paragraph per recipient, a copy after a line of
// dashes); Exim's have X-Failed-Recipients. The common features of all others (GMX, Yahoo, mail.ru, QQ …): they come
// from a mail system, their subject says that something failed, addresses are next to reply codes, and the Message-ID
// of the failed mail is in a copy of its header, in an attached mail, or in In-Reply-To. Without this id a mail is no
// bounce: it proves that a mail of ours is meant.

#pragma once

#include <optional>

#include "coi/mail/dsn.h"
#include "coi/message.h"

namespace coi {

/// `mail`: header, `text` and `report_original` are used. `from` may be empty.
std::optional<Dsn> read_old_bounce(const Message& mail);

}  // namespace coi
