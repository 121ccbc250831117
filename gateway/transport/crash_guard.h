// Counts the mails and stanzas that were being processed when the process died, so that one of them cannot crash the
// gateway for ever.
//
// Before an item is processed it is noted as in hand (gateway/transport/in_hand); after an unclean end the items in
// hand are counted. An item that was in hand at `most` unclean ends is refused; one that was processed without a crash
// is forgotten. Mails of linked mailboxes are counted with the mails that cannot be read
// (gateway/transport/stuck_mails), where the account's user sees them.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gateway/model/account.h"
#include "gateway/store/store.h"
#include "gateway/transport/in_hand.h"
#include "gateway/transport/stuck_mails.h"

namespace gateway {

class CrashGuard {
  public:
    static constexpr int most = 3;
    /// The file beside the store for InHand; "" for a store in memory.
    static std::string file_of(const std::string& store_url);
    /// Reads the store: construct it before the loop runs.
    CrashGuard(const std::string& path, Store& store, Time now);

    /// Names that identify a mail that came by LMTP, and a stanza.
    static std::string mail(std::string_view bytes);
    static std::string stanza(const std::string& from, const std::string& id);

    /// False if the process died too often while it processed this item.
    bool may(const std::string& what) const;
    InHand::Hold take(const std::string& what) { return in_hand_.take(what); }
    InHand::Hold take(AccountId, const std::string& folder, std::uint32_t uid_validity, std::uint32_t uid);
    /// The item was processed without a crash.
    void passed(const std::string& what);
    /// The process ends cleanly.
    void clear() { in_hand_.clear(); }

  private:
    Store& store_;
    InHand in_hand_;
    std::map<std::string, int, std::less<>> times_;  // nearly always empty
};

}  // namespace gateway
