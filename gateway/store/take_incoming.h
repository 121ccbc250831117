// The commit of a mail that arrived: its stanzas, its row in the id map, the cursor of its folder, and what it changes
// in the conversation. A mail system hears 250 after it, because then the mail must not be lost [RFC 5321 §6.1].

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "gateway/model/account.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/key_update.h"
#include "gateway/model/mail_place.h"
#include "gateway/store/ids.h"
#include "gateway/store/queue.h"
#include "gateway/store/store.h"

namespace gateway {

struct TakeIncoming {
    std::vector<queue::Entry> entries;  // the message; of a report, what it tells
    ids::Known known;                   // without a Message-ID it is not recognised again
    coi::MessageId proven{};            // a name that only this mail can have; "": it proves too little, or is a report
    AccountId other{};                  // the user's other account, which may have got a copy; 0: none
    ids::Copies copies{};               // what may identify that copy
    bool waits_for_copy = false;        // nothing is stored while that copy waits for its verdict
    std::optional<Cursor> cursor{};     // moves also if the mail is a duplicate
    std::optional<MailPlace> place{};   // where the message lies, or its newest copy
    std::optional<PeerKeyUpdate> key_update{};
    std::optional<Contact> contact{};         // saved with the message
    std::vector<StanzaId> further{};          // more stanzas of the message: its files
    std::vector<coi::MessageId> retracted{};  // keys of the contact's messages that this one takes back
};

struct TakenIncoming {
    bool is_duplicate = false;   // it was taken before; nothing was stored but the cursor
    bool is_replay = false;      // under another Message-ID
    bool is_elsewhere = false;   // the user has it by the other account: no entries were put
    std::int64_t open = 0;       // of a duplicate: the entry of the copy before, if it still waits for its verdict
    std::int64_t copy_open = 0;  // the same of the copy at the other account: nothing was stored, not even the cursor
    KeyUpdateResult keys{};
    std::vector<queue::Entry> entries{};  // with their ids
};

void take_incoming(Store&, TakeIncoming, Store::Done<TakenIncoming> done);

}  // namespace gateway
