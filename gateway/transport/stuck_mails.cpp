// See stuck_mails.h.

#include "gateway/transport/stuck_mails.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway {

namespace {

using namespace std::chrono_literals;

/// Delays after the first, the second … attempt.
constexpr std::array<std::chrono::milliseconds, 5> pauses{2s, 10s, 5min, 15min, 60min};

}  // namespace

StuckMails::StuckMails(std::vector<Stuck> known) {
    for (auto& stuck : known) all_.push_back({std::move(stuck), {}, false});
}

StuckMails::One* StuckMails::find(const std::string& folder, std::uint32_t uid) {
    const auto at =
        std::ranges::find_if(all_, [&](const One& one) { return one.what.uid == uid && one.what.folder == folder; });
    return at == all_.end() ? nullptr : &*at;
}

bool StuckMails::holds(const std::string& folder, std::uint32_t uid) const {
    return const_cast<StuckMails*>(this)->find(folder, uid) != nullptr;
}

std::optional<Stuck> StuckMails::failed(const Stuck& which, bool final, Clock::time_point now) {
    One* one = find(which.folder, which.uid);
    if (!one) {
        if (all_.size() >= most) return std::nullopt;
        all_.push_back({which, {}, false});
        one = &all_.back();
        one->what.tries = 0;
    }
    const int tries = ++one->what.tries;
    one->what.reason = which.reason;
    one->what.aside = final || tries >= most_tries || (tries >= few_tries && one->others_passed);
    one->next = now + pauses[std::min<std::size_t>(static_cast<std::size_t>(tries) - 1, pauses.size() - 1)];
    return one->what;
}

std::optional<Stuck> StuckMails::passed(const std::string& folder, std::uint32_t uid) {
    std::optional<Stuck> known;
    if (const One* one = find(folder, uid)) known = one->what;
    std::erase_if(all_, [&](const One& one) { return one.what.uid == uid && one.what.folder == folder; });
    for (One& one : all_) one.others_passed = true;
    return known;
}

void StuckMails::renumbered(const std::string& folder, std::uint32_t uid_validity) {
    std::erase_if(all_,
                  [&](const One& one) { return one.what.folder == folder && one.what.uid_validity != uid_validity; });
}

std::vector<std::uint32_t> StuckMails::due(const std::string& folder, Clock::time_point now) const {
    std::vector<const One*> found;
    for (const One& one : all_)
        if (one.what.folder == folder && !one.what.aside && one.next <= now) found.push_back(&one);
    std::ranges::sort(found, {}, [](const One* one) { return std::pair(one->what.tries, one->what.uid); });
    std::vector<std::uint32_t> uids;
    for (const One* one : found) uids.push_back(one->what.uid);
    return uids;
}

std::optional<StuckMails::Clock::time_point> StuckMails::next(const std::string& folder) const {
    std::optional<Clock::time_point> earliest;
    for (const One& one : all_) {
        if (one.what.folder != folder || one.what.aside) continue;
        if (!earliest || one.next < *earliest) earliest = one.next;
    }
    return earliest;
}

std::size_t StuckMails::set_aside() const {
    return static_cast<std::size_t>(std::ranges::count_if(all_, [](const One& one) { return one.what.aside; }));
}

}  // namespace gateway
