// Counting starts; see limiter.h.

#include "xmpp/otr/limiter.h"

#include <algorithm>

namespace xmpp::otr {

Limiter::Verdict Limiter::query(const std::string& jid, Time now) { return start(peer(jid, now), now); }

Limiter::Verdict Limiter::commit(const std::string& jid, Time now) {
    Peer& who = peer(jid, now);
    if (who.answer_due && who.asked && now - *who.asked < limits_.pause) {
        who.answer_due = false;
        return Verdict::allowed;
    }
    return start(who, now);
}

bool Limiter::may_ask(const std::string& jid, Time now) {
    Peer& who = peer(jid, now);
    if ((who.asked && now - *who.asked < limits_.pause) || open(now)) return false;
    who.asked = now;
    who.answer_due = true;
    starts_.push_back(now);
    return true;
}

bool Limiter::may_answer_error(const std::string& jid, Time now) {
    if (peer(jid, now).error_answered || !may_ask(jid, now)) return false;
    peer(jid, now).error_answered = true;
    return true;
}

void Limiter::talked(const std::string& jid) {
    starts_.clear();
    for (Peer& who : peers_) {
        if (who.jid == jid) who.error_answered = who.told = false;
    }
}

Limiter::Peer& Limiter::peer(const std::string& jid, Time now) {
    const auto found = std::find_if(peers_.begin(), peers_.end(), [&](const Peer& who) { return who.jid == jid; });
    if (found != peers_.end()) {
        std::rotate(found, found + 1, peers_.end());
    } else {
        if (peers_.size() >= limits_.peers) peers_.erase(peers_.begin());
        peers_.push_back({jid, static_cast<double>(limits_.burst), now});
    }
    Peer& who = peers_.back();
    const std::chrono::duration<double> passed = now - who.counted;
    who.starts = std::min<double>(limits_.burst, who.starts + passed / std::chrono::duration<double>(limits_.pause));
    who.counted = now;
    return who;
}

Limiter::Verdict Limiter::start(Peer& who, Time now) {
    if (who.starts < 1 || open(now)) {
        const bool told = who.told;
        who.told = true;
        return told ? Verdict::told : Verdict::refused;
    }
    who.starts -= 1;
    who.told = false;
    starts_.push_back(now);
    return Verdict::allowed;
}

/// Whether the breaker is open: too many starts in the window, or its pause is not over.
bool Limiter::open(Time now) {
    while (!starts_.empty() && now - starts_.front() > limits_.window) starts_.pop_front();
    if (starts_.size() >= limits_.breaker) {
        rests_until_ = now + limits_.rest;
        starts_.clear();
    }
    return now < rests_until_;
}

}  // namespace xmpp::otr
