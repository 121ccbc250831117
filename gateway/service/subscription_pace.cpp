// See subscription_pace.h.

#include "gateway/service/subscription_pace.h"

#include <iterator>
#include <stdexcept>
#include <utility>

#include "gateway/model/addresses.h"
#include "gateway/model/stanza_id.h"
#include "xmpp/xep/xep0030_disco.h"

namespace gateway {

namespace {

constexpr int most = 5;
constexpr auto pause = std::chrono::milliseconds(61'000);
constexpr std::size_t most_waiting = 100'000, most_of_user = 1000;

/// Answers to users first, then the gateway's requests.
std::size_t urgency(const xmpp::Tag& stanza) {
    const std::string& type = xmpp::attribute(stanza, "type");
    return type == "subscribed" ? 0 : type == "subscribe" ? 1 : 2;
}

/// The two directions of a subscription are independent [RFC 6121 §3].
std::string subject(const xmpp::Tag& stanza) {
    const std::string& type = xmpp::attribute(stanza, "type");
    const bool is_request = type == "subscribe" || type == "unsubscribe";
    return xmpp::attribute(stanza, "from") + (is_request ? " asks" : " grants");
}

}  // namespace

SubscriptionPace::SubscriptionPace(JabberStream& stream, std::string component, std::string server, Timer after)
    : stream_(stream), component_(std::move(component)), server_(std::move(server)), after_(std::move(after)) {}

void SubscriptionPace::online() {
    if (server_.empty()) return;
    question_ = mint_stanza_id().value;
    xmpp::Tag iq("iq");
    iq.addAttribute("type", "get");
    iq.addAttribute("id", question_);
    iq.addAttribute("from", component_);
    iq.addAttribute("to", server_);
    xmpp::add(iq, "query", xmpp::xep0030::ns_info);
    stream_.send(iq);
}

bool SubscriptionPace::take_answer(const xmpp::Tag& iq) {
    const std::string& type = xmpp::attribute(iq, "type");
    if ((type != "result" && type != "error") || question_.empty() || xmpp::attribute(iq, "id") != question_ ||
        xmpp::attribute(iq, "from") != server_)
        return false;
    const xmpp::Tag* query = xmpp::child(iq, "query", xmpp::xep0030::ns_info);
    const xmpp::Tag* identity = query ? query->findChild("identity", "type", "im") : nullptr;
    is_counted_ = identity && xmpp::attribute(*identity, "name") == "ejabberd";
    return true;
}

void SubscriptionPace::send(xmpp::Stanza stanza, xmpp::Stanza follows) {
    if (!is_counted_) {
        stream_.send(*stanza);
        if (follows) stream_.send(*follows);
        return;
    }
    wait({std::move(stanza), std::move(follows)});
    send_some();
}

void SubscriptionPace::wait(Change change) {
    const std::string user = bare(xmpp::attribute(*change.stanza, "to")).value_or("");
    const std::string about = subject(*change.stanza);
    for (auto& line : lines_) {
        if (const auto at = line.of_user.find(user); at != line.of_user.end()) waiting_ -= at->second.erase(about);
    }
    const std::size_t urgent = urgency(*change.stanza);
    if (waiting_ >= most_waiting && !make_room(urgent)) return;
    auto& [of_user, turn] = lines_.at(urgent);
    const auto [at, is_new] = of_user.try_emplace(user);
    if (is_new) turn.push_back(user);
    if (at->second.size() < most_of_user) waiting_ += at->second.emplace(about, std::move(change)).second ? 1 : 0;
}

/// Drops one that is less urgent, of the user whose turn is last.
bool SubscriptionPace::make_room(std::size_t urgent) {
    for (std::size_t i = lines_.size() - 1; i > urgent; --i) {
        auto& [of_user, turn] = lines_.at(i);
        while (!turn.empty()) {
            auto& changes = of_user.at(turn.back());
            if (changes.empty()) {
                of_user.erase(turn.back());
                turn.pop_back();
                continue;
            }
            changes.erase(std::prev(changes.end()));
            --waiting_;
            return true;
        }
    }
    return false;
}

/// One is waiting.
SubscriptionPace::Change SubscriptionPace::next() {
    for (auto& [of_user, turn] : lines_) {
        while (!turn.empty()) {
            std::string user = std::move(turn.front());
            turn.pop_front();
            auto changes = of_user.extract(user);
            if (changes.mapped().empty()) continue;
            Change first = std::move(changes.mapped().begin()->second);
            changes.mapped().erase(changes.mapped().begin());
            --waiting_;
            if (!changes.mapped().empty()) {
                of_user.insert(std::move(changes));
                turn.push_back(std::move(user));
            }
            return first;
        }
    }
    throw std::logic_error("no subscription waits");
}

void SubscriptionPace::send_some() {
    while (waiting_ > 0 && sent_ < most) {
        const Change change = next();
        stream_.send(*change.stanza);
        if (change.follows) stream_.send(*change.follows);
        ++sent_;
        after_(pause, [this, number = ++last_] {
            if (number != last_) return;
            sent_ = 0;
            send_some();
        });
    }
}

}  // namespace gateway
