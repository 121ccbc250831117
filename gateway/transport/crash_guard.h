// What the gateway stumbled over: counted over its unclean ends, so that one mail or stanza cannot end it for ever.
//
// Before something is worked on in earnest it is taken in hand; after an unclean end what was in hand is counted. What
// was there at `most` ends is refused; what is worked through once is forgotten. Mails of linked mailboxes are counted
// with the mails that cannot be read (gateway/transport/stuck_mails), where their owner sees them.

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
    /// The file beside a store in which it is noted; "" for a store in memory.
    static std::string file_of(const std::string& store_url);
    /// Reads the store: before the loop runs.
    CrashGuard(const std::string& path, Store& store, Time now);

    /// A mail that came by LMTP, a stanza: what tells it from others.
    static std::string mail(std::string_view bytes);
    static std::string stanza(const std::string& from, const std::string& id);

    /// False: the gateway ended over it too often.
    bool may(const std::string& what) const;
    InHand::Hold take(const std::string& what) { return in_hand_.take(what); }
    InHand::Hold take(AccountId, const std::string& folder, std::uint32_t uid_validity, std::uint32_t uid);
    /// It did not end us.
    void passed(const std::string& what);
    /// A clean end.
    void clear() { in_hand_.clear(); }

  private:
    void count(Database&, const std::string& what, Time now);

    Store& store_;
    InHand in_hand_;
    std::map<std::string, int, std::less<>> times_;  // nearly always empty
};

}  // namespace gateway
