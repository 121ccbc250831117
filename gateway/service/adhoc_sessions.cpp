// Sessions of ad-hoc commands; see adhoc_sessions.h.

#include "gateway/service/adhoc_sessions.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include "xmpp/stanza.h"

namespace gateway {
namespace {

constexpr auto lifetime = std::chrono::minutes(10);
constexpr std::size_t most_sessions = 1000;
constexpr std::size_t most_sessions_of_user = 5;
constexpr std::size_t most_images = 200;

}  // namespace

std::string AdHocSessions::fresh_id() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) throw std::runtime_error("no random numbers");
    constexpr std::string_view hex = "0123456789abcdef";
    std::string id;
    for (const unsigned char byte : bytes) id += {hex[byte >> 4], hex[byte & 15]};
    return id;
}

std::string AdHocSessions::start(const std::string& jid, const std::string& node, Time now) {
    make_room(xmpp::JID(jid).bare());
    const std::string id = fresh_id();
    sessions_[id] = {jid, node, now + lifetime};
    return id;
}

void AdHocSessions::make_room(const std::string& user) {
    const auto is_mine = [&](const auto& entry) { return xmpp::JID(entry.second.jid).bare() == user; };
    const bool too_many_of_mine =
        static_cast<std::size_t>(std::ranges::count_if(sessions_, is_mine)) >= most_sessions_of_user;
    if (!too_many_of_mine && sessions_.size() < most_sessions) return;
    auto oldest = sessions_.end();
    for (auto at = sessions_.begin(); at != sessions_.end(); ++at) {
        if ((too_many_of_mine && !is_mine(*at)) || at->second.checking) continue;
        if (oldest == sessions_.end() || at->second.until < oldest->second.until) oldest = at;
    }
    if (oldest != sessions_.end()) sessions_.erase(oldest);
}

AdHocSessions::Session* AdHocSessions::find(const std::string& id, const std::string& jid, const std::string& node) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || found->second.jid != jid || found->second.node != node) return nullptr;
    return &found->second;
}

void AdHocSessions::prolong(Session& session, Time now) { session.until = now + lifetime; }

void AdHocSessions::note_checking(const std::string& id, bool checking) {
    if (const auto found = sessions_.find(id); found != sessions_.end()) found->second.checking = checking;
}

void AdHocSessions::forget_old(Time now) {
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.until <= now; });
    std::erase_if(images_, [&](const auto& entry) { return entry.second.until <= now; });
}

bool AdHocSessions::keep_image(const std::string& cid, const std::string& user, const std::string& png, Time now) {
    if (images_.size() >= most_images) return false;
    images_[cid] = {user, png, now + lifetime};
    return true;
}

std::optional<std::string> AdHocSessions::image(const std::string& cid, const std::string& user) const {
    const auto found = images_.find(cid);
    if (found == images_.end() || found->second.user != user) return std::nullopt;
    return found->second.png;
}

}  // namespace gateway
