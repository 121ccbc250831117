// Mails of linked mailboxes that could not be read: the number of attempts, the reason, and when each is tried again.
//
// A failure at one mail counts against that mail. Other mails go first. After a few attempts, if other mails could be
// read in between, the mail is set aside until somebody asks for it, and the user is told once. Time is an argument;
// gateway/store/sqlite/stuck_mails keeps the rows over a restart.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/stuck_mail.h"

namespace gateway {

/// The stuck mails of one mailbox.
class StuckMails {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t most = Stuck::most;  // further failing mails are skipped, with a line in the log
    static constexpr int few_tries = Stuck::few_tries;
    static constexpr int most_tries = 6;  // then it is set aside in any case

    StuckMails() = default;
    /// From the stored rows.
    explicit StuckMails(std::vector<Stuck> known);

    bool holds(const std::string& folder, std::uint32_t uid) const;
    /// Counts a failure. `final`: another attempt would fail in the same way. nullopt: there are too many stuck mails.
    std::optional<Stuck> failed(const Stuck& which, bool final, Clock::time_point now);
    /// A mail was read; returns its entry if it had failed before.
    std::optional<Stuck> passed(const std::string& folder, std::uint32_t uid);
    /// UIDVALIDITY changed: the folder's UIDs mean other mails.
    void renumbered(const std::string& folder, std::uint32_t uid_validity);
    /// The mails of a folder to be tried now, those with the fewest attempts first.
    std::vector<std::uint32_t> due(const std::string& folder, Clock::time_point now) const;
    /// When the next mail of a folder is due.
    std::optional<Clock::time_point> next(const std::string& folder) const;
    std::size_t set_aside() const;

  private:
    struct One {
        Stuck what;
        Clock::time_point next{};
        bool others_passed = false;  // other mails were read since its first failure
    };
    One* find(const std::string& folder, std::uint32_t uid);
    std::vector<One> all_;
};

}  // namespace gateway
