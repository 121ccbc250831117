// See subscription_pace.h.

#include "gateway/service/subscription_pace.h"

#include <algorithm>
#include <utility>

#include "gateway/model/stanza_id.h"
#include "xmpp/xep/xep0030_disco.h"

namespace gateway {

namespace {

constexpr int most = 5;
constexpr auto pause = std::chrono::milliseconds(61'000);
constexpr std::size_t most_later = 100'000;

/// Answers to users first, then the gateway's requests.
int urgency(const xmpp::Tag& stanza) {
    const std::string& type = xmpp::attribute(stanza, "type");
    return type == "subscribed" ? 0 : type == "subscribe" ? 1 : 2;
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
    const int urgent = urgency(*stanza);
    const auto at = std::ranges::find_if(later_, [&](const auto& other) { return urgency(*other.stanza) > urgent; });
    if (later_.size() < most_later) later_.insert(at, Change{std::move(stanza), std::move(follows)});
    send_some();
}

void SubscriptionPace::send_some() {
    while (!later_.empty() && sent_ < most) {
        const Change next = std::move(later_.front());
        later_.pop_front();
        stream_.send(*next.stanza);
        if (next.follows) stream_.send(*next.follows);
        ++sent_;
        after_(pause, [this, number = ++last_] {
            if (number != last_) return;
            sent_ = 0;
            send_some();
        });
    }
}

}  // namespace gateway
