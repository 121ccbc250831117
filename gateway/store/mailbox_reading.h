// What is stored of reading a linked mailbox: how far each folder was read, and which mails could not be read.
//
// A cursor is the folder's UIDVALIDITY and the first UID that was not read yet [RFC 9051 §2.3.1.1]. Of a mail that
// could not be read only its place and the reason are stored; see gateway/transport/stuck_mails.

#pragma once

#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/stuck_mail.h"
#include "gateway/store/store.h"

namespace gateway::mailbox_reading {

struct State {
    std::vector<Cursor> cursors;  // by folder name
    std::vector<Stuck> stuck;
    bool has_marks = false;  // flags are to be set (gateway/store/mail_places)
};
void load(Store&, AccountId, Store::Done<State> done);

/// The mails before it were read, and are no chat: writes the cursor of that folder with the next commit. (The cursor
/// of a mail that is taken moves in take_incoming.)
void passed(Store&, AccountId, const Cursor&);
/// The folder was numbered anew, or read without a mail for us: writes the cursor, and forgets the stuck mails and the
/// places of another UIDVALIDITY.
void moved(Store&, AccountId, const Cursor&);

/// Inserts or replaces the entry of this mail. Does nothing if the account is gone.
void keep(Store&, AccountId, const Stuck&);
/// The mail was read, or is gone: removes its entry with the next commit.
void forget(Store&, AccountId, const Stuck&);
/// Resets all entries of an account: the mails are tried again as if they had never failed.
void try_again(Store&, AccountId);

}  // namespace gateway::mailbox_reading
