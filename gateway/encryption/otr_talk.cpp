// See otr_talk.h.

#include "gateway/encryption/otr_talk.h"

namespace gateway {

using xmpp::otr::SessionState;
using Sessions = OtrTalk::Sessions;

namespace {

// The longest text of a mail (gateway/translate/feature/text).
constexpr Sessions::Limits limits{16'000, 256 * 1024, 16, 32};

}  // namespace

void OtrTalk::open(std::shared_ptr<const xmpp::otr::Identity> identity, std::vector<xmpp::otr::KnownKey> known,
                   Sessions::Words words) {
    auto waiting = std::exchange(waiting_, {});
    if (!identity) {
        failed_ = true;
        for (const auto& job : waiting) drop(job);
        return;
    }
    workers_.run(
        line(),
        [inside = inside_, identity = std::move(identity), known = std::move(known), words = std::move(words)] {
            inside->sessions.emplace(*identity, known, limits, words);
        },
        [] {});
    ready_ = true;
    for (const auto& job : waiting) job.start();
}

void OtrTalk::run(Job job) {
    ++jobs_;
    last_used_ = Clock::now();
    if (failed_) return drop(job);
    if (ready_) return job.start();
    waiting_.push_back(std::move(job));
}

void OtrTalk::drop(const Job& job) {
    --jobs_;
    if (job.failed) job.failed();
}

OtrTalk::Summary OtrTalk::summary_of(const Sessions& sessions) {
    Summary summary;
    summary.order = sessions.peers();
    for (const auto& peer : summary.order) summary.states[peer] = sessions.state(peer);
    summary.known = sessions.known_keys();
    return summary;
}

void OtrTalk::settle(Summary summary) {
    --jobs_;
    summary_ = std::move(summary);
}

Line OtrTalk::line() const {
    return Line(key_.first, "otr " + std::to_string(static_cast<std::int64_t>(key_.first)) + " " + key_.second);
}

std::vector<std::string> OtrTalk::encrypted() const {
    std::vector<std::string> peers;
    for (const auto& peer : summary_.order) {
        if (summary_.states.at(peer) == SessionState::encrypted) peers.push_back(peer);
    }
    return peers;
}

bool OtrTalk::is_finished(const std::string& peer) const {
    const auto at = summary_.states.find(peer);
    return at != summary_.states.end() && at->second == SessionState::finished;
}

}  // namespace gateway
