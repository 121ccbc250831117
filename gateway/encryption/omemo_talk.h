// The OMEMO sessions of one conversation: with each of the user's devices one, used on a worker strand of their own.
//
// Read from the store when first needed. After each piece of work the loop has the changed sessions, to be committed:
// with the message that came, or before the message that goes. Limited: the sessions in memory.

#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/workers.h"
#include "gateway/encryption/omemo_own_keys.h"
#include "gateway/encryption/omemo_resend_buffer.h"
#include "gateway/store/omemo_keys.h"
#include "xmpp/omemo/session.h"

namespace gateway {

class OmemoTalk : public std::enable_shared_from_this<OmemoTalk> {
  public:
    using Clock = std::chrono::steady_clock;
    using DeviceId = xmpp::omemo::DeviceId;
    using Session = xmpp::omemo::Session;
    using Key = std::pair<AccountId, std::string>;  // contact: canonical
    /// By device.
    using Sessions = std::map<DeviceId, Session>;
    OmemoTalk(Key key, Workers& workers) : key_(std::move(key)), workers_(workers) {}

    /// Reads the sessions. `ready`: whether they could be read; in the order of the calls.
    void open(Store&, std::function<void(bool ready)> ready);
    /// Runs `work` on the strand, then `done` on the loop. In order. After open().
    template <class T>
    void ask(std::function<T(Sessions&)> work, std::function<void(T)> done) {
        ++jobs_;
        last_used_ = Clock::now();
        workers_.ask<std::pair<T, std::map<DeviceId, std::string>>>(
            Line(key_.first, "omemo " + std::to_string(static_cast<std::int64_t>(key_.first)) + " " + key_.second),
            [inside = inside_, work = std::move(work)] {
                T value = work(*inside);
                return std::pair(std::move(value), identities_of(*inside));
            },
            [self = shared_from_this(), done = std::move(done)](std::pair<T, std::map<DeviceId, std::string>> answer) {
                --self->jobs_;
                self->devices_ = std::move(answer.second);
                done(std::move(answer.first));
            });
    }

    /// The identity keys of the devices that have a session.
    const std::map<DeviceId, std::string>& devices() const { return devices_; }
    const Key& key() const { return key_; }
    /// Numbers the sessions of a change: in the order of the work that made them.
    void number(keys::OmemoChange&);
    /// Nothing is under way: no work, and no change that is not committed yet.
    bool is_idle() const { return jobs_ == 0 && waiting_.empty() && is_committed(); }
    /// Each change that was numbered is committed, or given up.
    bool is_committed() const { return given_.use_count() == 1; }
    Clock::time_point last_used() const { return last_used_; }

    OmemoResendBuffer unread;
    std::set<DeviceId> unanswered;  // have started a session, and nothing was sent to them in it yet

  private:
    static std::map<DeviceId, std::string> identities_of(const Sessions&);

    Key key_;
    Workers& workers_;
    std::shared_ptr<Sessions> inside_ = std::make_shared<Sessions>();  // used on the strand only, once read
    std::map<DeviceId, std::string> devices_;
    std::shared_ptr<keys::OmemoGiven> given_ = std::make_shared<keys::OmemoGiven>();
    std::uint64_t states_ = 0;
    bool is_read_ = false;
    std::vector<std::function<void(bool)>> waiting_;
    std::size_t jobs_ = 0;
    Clock::time_point last_used_ = Clock::now();
};

/// Of more than a hundred sessions only those of these devices stay in memory: anybody with the user's password can
/// invent devices. For the strand.
void drop_others(OmemoTalk::Sessions&, const std::vector<OmemoTalk::DeviceId>& known, OmemoTalk::DeviceId current = 0);

/// As it is stored.
keys::OmemoSession stored(OmemoTalk::DeviceId, const OmemoTalk::Session&);

}  // namespace gateway
