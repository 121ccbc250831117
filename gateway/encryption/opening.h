// Opens arriving mail on worker threads, with keys from the store; gateway/encryption/decrypt does the work.
//
// A mail is tried with the keys of the contact of its From and of those contacts whose key lists that address. If it
// was signed by the key of yet another contact, it is read once more with that one's keys: their list may be in the
// mail itself. Mail that costs too much delays only mail of accounts that got such mail, too.

#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "coi/message.h"
#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/decrypt.h"
#include "gateway/model/rate_limit.h"
#include "gateway/store/keys.h"

namespace gateway {

class Opening : public std::enable_shared_from_this<Opening> {
  public:
    Opening(Directory& directory, Store& store, Workers& workers, coi::Limits limits)
        : directory_(directory), store_(store), workers_(workers), limits_(limits) {}

    /// As MailEncryption::open.
    void open(const Account&, std::shared_ptr<const std::string> bytes, coi::Message, std::function<void(Decrypted)>);
    /// From now on a mail that is not opened yet is returned as DecryptFailure::busy.
    void stop() { *stopping_ = true; }
    /// The number of mails that are not returned yet.
    std::size_t waiting() const { return waiting_; }
    void reload(coi::Limits limits) { limits_ = limits; }

  private:
    struct Letter {
        AccountId account{};
        std::string from;  // canonical, as the mail says
        Line line;
        std::shared_ptr<const std::string> bytes;
        coi::Message mail;
        std::function<void(Decrypted)> done;
    };
    void begin(Letter);
    bool is_own(const Letter&) const;
    void read(Letter, keys::Both, std::optional<Decrypted> first);
    void look_for_holder(Letter, keys::Both, Decrypted);
    void finish(const Letter&, Decrypted);
    Line line_of(AccountId, const std::string& from, bool is_known) const;

    static constexpr std::size_t most_costly_ = 2;  // aborted mails per hour after which an account's mail goes last

    Directory& directory_;
    Store& store_;
    Workers& workers_;
    coi::Limits limits_;
    std::size_t waiting_ = 0;
    RateLimit costly_{most_costly_, std::chrono::hours(1)};  // aborted mails per account
    std::shared_ptr<std::atomic<bool>> stopping_ = std::make_shared<std::atomic<bool>>(false);
};

}  // namespace gateway
