// The ping fence; see fence.h.

#include "xmpp/fence.h"

#include <algorithm>
#include <utility>

#include "xmpp/jid.h"

namespace xmpp {

namespace {

/// Do the addresses of an error answer those of what was sent? Servers fold the case of the addresses they give back,
/// and may answer for a full JID with the bare one. Another resource of the recipient is a client's word, not the
/// server's.
bool answers(const Tag& error, const Head& sent) {
    const JID error_from(attribute(error, "from")), error_to(attribute(error, "to"));
    const JID sent_from(sent.from), sent_to(sent.to);
    return error_to.full() == sent_from.full() &&
           (error_from.full() == sent_to.full() || error_from.full() == sent_to.bare());
}

}  // namespace

Fence::Fence(std::string component, std::string server, std::string nonce)
    : component_(std::move(component)), nonce_(std::move(nonce)), server_(server) {}

void Fence::sent(Head head, Done done) { waiting_.push_back({std::move(head), std::move(done)}); }

Stanza Fence::ping(Time now) {
    ping_id_ = "fence-" + nonce_ + "-" + std::to_string(++pings_);
    covered_ = waiting_.size();
    asked_ = heard_ = now;
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("id", ping_id_);
    iq->addAttribute("from", component_);
    iq->addAttribute("to", server_.full());
    add(*iq, "ping", "urn:xmpp:ping");
    return iq;
}

std::optional<Fence::Time> Fence::deadline(std::chrono::milliseconds timeout) const {
    if (!asked_) return std::nullopt;
    return std::min(std::max(*asked_, heard_) + timeout, *asked_ + 6 * timeout);
}

void Fence::restart(Time now) {
    heard_ = now;
    if (asked_) asked_ = now;
}

bool Fence::is_pong(const Tag& stanza) const {
    if (!asked_ || stanza.name() != "iq" || attribute(stanza, "id") != ping_id_) return false;
    // An error is a pong too: a server without XEP-0199 answers in the same order. The sender counts: ids can be
    // guessed.
    const std::string& type = attribute(stanza, "type");
    return (type == "result" || type == "error") && read_jid(attribute(stanza, "from")).full() == server_.full();
}

std::optional<std::vector<Fence::Verdict>> Fence::take(const Tag& stanza) {
    std::vector<Verdict> verdicts;
    if (is_pong(stanza)) {
        const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(covered_);
        for (auto it = waiting_.begin(); it != end; ++it)
            verdicts.push_back({std::move(it->done), {Outcome::Kind::taken, {}}});
        waiting_.erase(waiting_.begin(), end);
        covered_ = 0;
        asked_.reset();
        return verdicts;
    }
    if (waiting_.empty()) return std::nullopt;
    auto error = error_of(stanza);
    if (!error) return std::nullopt;
    const auto it = std::find_if(waiting_.begin(), waiting_.end(), [&](const Unproven& sent) {
        return sent.head.id == attribute(stanza, "id") && answers(stanza, sent.head);
    });
    if (it == waiting_.end()) return std::nullopt;
    if (static_cast<std::size_t>(it - waiting_.begin()) < covered_) --covered_;
    verdicts.push_back({std::move(it->done), {Outcome::Kind::refused, std::move(*error)}});
    waiting_.erase(it);
    return verdicts;
}

std::vector<Fence::Verdict> Fence::lost(const std::string& why) {
    std::vector<Verdict> verdicts;
    for (auto& sent : waiting_) verdicts.push_back({std::move(sent.done), {Outcome::Kind::lost, {{}, {}, why}}});
    waiting_.clear();
    covered_ = 0;
    asked_.reset();
    return verdicts;
}

}  // namespace xmpp
