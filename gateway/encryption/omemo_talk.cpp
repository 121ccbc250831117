// See omemo_talk.h.

#include "gateway/encryption/omemo_talk.h"

#include <algorithm>

namespace gateway {
namespace {

constexpr std::size_t most_sessions = 100;  // as many devices of a user are known (omemo_devices)

}  // namespace

void OmemoTalk::open(Store& store, std::function<void(bool ready)> ready) {
    last_used_ = Clock::now();
    if (is_read_) return ready(true);
    waiting_.push_back(std::move(ready));
    if (waiting_.size() > 1) return;
    keys::omemo_sessions(
        store, key_.first, key_.second,
        [self = shared_from_this()](const Store::Failure& failure, const std::vector<keys::OmemoSession>& sessions) {
            for (const auto& each : sessions) {
                (*self->inside_)[each.device] = {xmpp::Wiped(std::string(each.record.bytes())), each.identity_key};
            }
            self->devices_ = identities_of(*self->inside_);
            self->is_read_ = !failure;
            for (const auto& each : std::exchange(self->waiting_, {})) each(!failure);
        });
}

std::map<OmemoTalk::DeviceId, std::string> OmemoTalk::identities_of(const Sessions& sessions) {
    std::map<DeviceId, std::string> identities;
    for (const auto& [device, session] : sessions) {
        if (!session.record.empty()) identities[device] = session.identity_key;
    }
    return identities;
}

void OmemoTalk::number(keys::OmemoChange& change) {
    change.given = given_;
    for (auto& each : change.sessions) each.state = ++states_;
}

void drop_others(OmemoTalk::Sessions& sessions, const std::vector<OmemoTalk::DeviceId>& known,
                 OmemoTalk::DeviceId current) {
    if (sessions.size() <= most_sessions) return;
    std::erase_if(sessions, [&](const auto& each) {
        return each.first != current && std::ranges::find(known, each.first) == known.end();
    });
}

keys::OmemoSession stored(OmemoTalk::DeviceId device, const OmemoTalk::Session& session) {
    return {device, session.identity_key, coi::Secret(std::string(session.record.bytes())), 0};
}

}  // namespace gateway
