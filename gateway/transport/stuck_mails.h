// Mails of linked mailboxes that could not be read: which, how often, why, and when they are tried again.
//
// What fails at one mail is counted against that mail. The others go first; after a few tries, in which others passed,
// it is set aside until somebody asks for it, and its owner is told once. Time is an argument; the rows that keep this
// over a restart are store/stuck_mails.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/stuck_mail.h"

namespace gateway {

/// Those of one mailbox.
class StuckMails {
  public:
    using Clock = std::chrono::steady_clock;
    static constexpr std::size_t most = Stuck::most;  // what fails beyond is passed by, with a line in the log
    static constexpr int few_tries = Stuck::few_tries;
    static constexpr int most_tries = 6;  // enough in any case

    StuckMails() = default;
    /// As the store has them.
    explicit StuckMails(std::vector<Stuck> known);

    bool holds(const std::string& folder, std::uint32_t uid) const;
    /// It failed, once more perhaps; `final`: another try would end alike. nullopt: there are too many.
    std::optional<Stuck> failed(const Stuck& which, bool final, Clock::time_point now);
    /// A mail was read; what was known of it, if it had failed before.
    std::optional<Stuck> passed(const std::string& folder, std::uint32_t uid);
    /// The folder is numbered anew: its UIDs mean other mails.
    void renumbered(const std::string& folder, std::uint32_t uid_validity);
    /// Those of a folder to be tried now, the fewest tries first.
    std::vector<std::uint32_t> due(const std::string& folder, Clock::time_point now) const;
    /// When the next of a folder is due.
    std::optional<Clock::time_point> next(const std::string& folder) const;
    std::size_t set_aside() const;

  private:
    struct One {
        Stuck what;
        Clock::time_point next{};
        bool others_passed = false;  // since it first failed
    };
    One* find(const std::string& folder, std::uint32_t uid);
    std::vector<One> all_;
};

}  // namespace gateway
