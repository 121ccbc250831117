// The ping fence; see fence.h.

#include "xmpp/fence.h"

#include <algorithm>
#include <utility>

#include "xmpp/jid.h"
#include "xmpp/xep/xep0030_disco.h"

namespace xmpp {

namespace {

using std::chrono::milliseconds;

// Measured with ejabberd 23.01 on a busy machine with two cores: up to about 40 ms after the pong. The grace period
// costs nobody time: the recipient has the message already.
constexpr milliseconds shortest_grace{250}, longest_grace{1000};
constexpr int margin = 4;
constexpr auto watched_for = std::chrono::seconds(10);
constexpr std::size_t most_watched = 1000;

/// Whether the addresses of an error match those of the sent stanza. Servers fold the case of addresses, and may answer
/// for a full JID with the bare one. An error from another resource of the recipient comes from a client, not from the
/// server.
bool answers(const Tag& error, const Head& sent) {
    const JID error_from(attribute(error, "from")), error_to(attribute(error, "to"));
    const JID sent_from(sent.from), sent_to(sent.to);
    return error_to.full() == sent_from.full() &&
           (error_from.full() == sent_to.full() || error_from.full() == sent_to.bare());
}

}  // namespace

Fence::Fence(std::string component, std::string server, std::string nonce)
    : component_(std::move(component)), nonce_(std::move(nonce)), server_(server) {}

void Fence::sent(Head head, Done done, bool is_final) {
    waiting_.push_back({std::move(head), std::move(done), is_final});
}

Stanza Fence::ask_name() {
    name_asked_ = true;
    auto iq = std::make_unique<Tag>("iq");
    iq->addAttribute("type", "get");
    iq->addAttribute("id", "fence-" + nonce_ + "-name");
    iq->addAttribute("from", component_);
    iq->addAttribute("to", server_.full());
    add(*iq, "query", xep0030::ns_info);
    return iq;
}

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

bool Fence::is_answer(const Tag& stanza, const std::string& id) const {
    if (stanza.name() != "iq" || attribute(stanza, "id") != id) return false;
    // The sender is checked: ids can be guessed.
    const std::string& type = attribute(stanza, "type");
    return (type == "result" || type == "error") && read_jid(attribute(stanza, "from")).full() == server_.full();
}

milliseconds Fence::grace() const {
    const auto wanted = margin * std::max(round_trip_, lateness_);
    return std::clamp(std::chrono::ceil<milliseconds>(wanted), shortest_grace, longest_grace);
}

std::optional<std::vector<Fence::Verdict>> Fence::take(const Tag& stanza, Time now) {
    // An error answers the ping, too: a server without XEP-0199 sends it in the same order.
    if (asked_ && is_answer(stanza, ping_id_)) return ponged(now);
    if (name_asked_ && is_answer(stanza, "fence-" + nonce_ + "-name")) {
        judges_first_ = !has_judged_late_ && xep0030::has_identity(stanza, {"server", "im", "Prosody"});
        return std::vector<Verdict>{};
    }
    auto error = error_of(stanza);
    return error ? refused(stanza, std::move(*error), now) : std::nullopt;
}

std::vector<Fence::Verdict> Fence::ponged(Time now) {
    std::vector<Verdict> verdicts;
    round_trip_ = now - *asked_;
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(covered_);
    for (auto it = waiting_.begin(); it != end; ++it) {
        if (it->is_final && !judges_first_) {
            settling_.push_back({std::move(it->head), std::move(it->done), now, now + grace()});
            continue;
        }
        verdicts.push_back({std::move(it->done), {Outcome::Kind::taken, {}}});
        if (it->is_final) watch(std::move(it->head), now);
    }
    waiting_.erase(waiting_.begin(), end);
    covered_ = 0;
    asked_.reset();
    return verdicts;
}

std::optional<std::vector<Fence::Verdict>> Fence::refused(const Tag& stanza, StanzaError error, Time now) {
    const auto names = [&](const auto& sent) {
        return sent.head.id == attribute(stanza, "id") && answers(stanza, sent.head);
    };
    std::vector<Verdict> verdicts;
    if (const auto it = std::ranges::find_if(waiting_, names); it != waiting_.end()) {
        if (static_cast<std::size_t>(it - waiting_.begin()) < covered_) --covered_;
        verdicts.push_back({std::move(it->done), {Outcome::Kind::refused, std::move(error)}});
        waiting_.erase(it);
        return verdicts;
    }
    const auto late = [&](Time ponged) { lateness_ = std::max(now - ponged, lateness_ - lateness_ / 16); };
    if (const auto it = std::ranges::find_if(settling_, names); it != settling_.end()) {
        late(it->ponged);
        verdicts.push_back({std::move(it->done), {Outcome::Kind::refused, std::move(error)}});
        settling_.erase(it);
        return verdicts;
    }
    if (const auto it = std::ranges::find_if(watched_, names); it != watched_.end()) {
        late(it->ponged);
        watched_.erase(it);
        has_judged_late_ = has_judged_late_ || judges_first_;
        judges_first_ = false;
    }
    return std::nullopt;
}

std::optional<Fence::Time> Fence::settles_at() const {
    if (settling_.empty()) return std::nullopt;
    return std::ranges::min_element(settling_, {}, &Settling::until)->until;
}

std::vector<Fence::Verdict> Fence::settled(Time now) {
    std::vector<Verdict> verdicts;
    std::erase_if(settling_, [&](Settling& each) {
        if (each.until > now) return false;
        verdicts.push_back({std::move(each.done), {Outcome::Kind::taken, {}}});
        watch(std::move(each.head), each.ponged);
        return true;
    });
    return verdicts;
}

/// A later refusal extends the next grace periods, or begins them.
void Fence::watch(Head head, Time ponged) {
    while (!watched_.empty() && (watched_.size() >= most_watched || ponged - watched_.front().ponged > watched_for))
        watched_.pop_front();
    watched_.push_back({std::move(head), {}, ponged, {}});
}

std::vector<Fence::Verdict> Fence::lost(const std::string& why) {
    std::vector<Verdict> verdicts;
    for (auto& sent : settling_) verdicts.push_back({std::move(sent.done), {Outcome::Kind::taken, {}}});
    for (auto& sent : waiting_) verdicts.push_back({std::move(sent.done), {Outcome::Kind::lost, {{}, {}, why}}});
    waiting_.clear();
    settling_.clear();
    watched_.clear();
    covered_ = 0;
    asked_.reset();
    name_asked_ = judges_first_ = false;
    return verdicts;
}

}  // namespace xmpp
