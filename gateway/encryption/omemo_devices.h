// The OMEMO devices of users: which there are, their public keys, and which of them are trusted.
//
// [XEP-0384 §4.2, §4.5]. A user's server announces the list of devices, because the gateway's presence says that it
// wants it (service/disco), or is asked for it. It is the gateway that asks: where only those who see the user's
// presence may read [XEP-0060 §4.5], that is the gateway. If it may not, it asks once more in the name of the contact
// that the user talks with. Bundles are asked for when sessions are needed, all at once. A
// new device is trusted blindly until the user has verified one; from then on it waits for the user's word [§6].
// Answers count only from the user's bare JID: only their server speaks as that. A list is asked for again after ten
// minutes: not every server announces every change. A server that has not answered is left alone for a
// minute, so that messages do not wait for it one after the other. In memory for each user: a list of at most 200
// numbers; what is trusted is in the store.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/stanza_sender.h"
#include "gateway/model/timer.h"
#include "gateway/store/omemo_keys.h"
#include "xmpp/omemo/keys.h"
#include "xmpp/stanza.h"

namespace gateway {

class OmemoDevices : public std::enable_shared_from_this<OmemoDevices> {
  public:
    using DeviceId = xmpp::omemo::DeviceId;
    using Bundle = xmpp::omemo::Bundle;
    using Device = keys::OmemoDevice;
    using List = std::vector<DeviceId>;
    OmemoDevices(Directory& directory, Store& store, StanzaSender& stream, Timer after, std::string component)
        : directory_(directory),
          store_(store),
          stream_(stream),
          after_(std::move(after)),
          component_(std::move(component)) {}

    /// A notification of a user's server; false if the message is something else.
    bool take_event(const xmpp::Tag& message);
    /// The answer to a question of ours; false if it is something else.
    bool take_answer(const xmpp::Tag& iq);
    /// The stream is down: no answer comes, and changes are not heard of.
    void offline();

    /// Whose devices are asked for: the user's (bare JID), who talks with the contact of this JID.
    struct Whose {
        std::string user, contact_jid;
    };
    /// The devices that the user has now; nullopt: their server does not say.
    void list(const Whose&, std::function<void(std::optional<List>)> done);
    /// A device's public keys; nullopt: they cannot be had now.
    void bundle(const Whose&, DeviceId, std::function<void(std::optional<Bundle>)> done);
    /// Of many devices, asked for at once: those that can be had.
    void bundles(const Whose&, const List&, std::function<void(std::map<DeviceId, Bundle>)> done);
    /// The user's server has refused the last question, also in the contact's name.
    bool is_refused(const std::string& user) const { return refused_.contains(user); }

    /// The list is asked for again when it is needed.
    void forget_list(const std::string& user);
    /// A device has written that is not in the user's list: the list is asked for again.
    void doubt(const std::string& user, DeviceId);

    /// What is known of the devices of the account's user; in the order of the calls. False: the store failed.
    void load(AccountId, std::function<void(bool loaded)> done);
    bool is_loaded(AccountId id) const { return devices_.contains(id); }
    /// After load().
    const std::vector<Device>& of(AccountId id) const;
    /// After load(): the user has verified a device. Its key may have been replaced since.
    bool has_verified(AccountId id) const;
    const Device* find(AccountId, DeviceId) const;

    enum class News {
        none,
        first,   // the user's first device
        device,  // another one
        key,     // a device has another key
    };
    /// After load(): the device has shown this identity key. What is new is saved.
    News note(AccountId, DeviceId, const std::string& identity_key);
    /// After load(): the user's word. False: the device is not known.
    bool set_trust(AccountId, DeviceId, Device::Trust);
    void forget(AccountId id) { devices_.erase(id); }

  private:
    using Answer = std::function<void(const xmpp::Tag* result)>;  // nullptr: an error, or none came
    struct Question {
        std::string user, node;
        std::string contact_jid;  // in whose name it is asked again; "": in none
        Answer done;
    };
    void ask(const Whose&, const std::string& node, Answer done);
    void send(const std::string& from, Question);
    void end(const std::string& id, const xmpp::Tag* result);
    void refused(Question);
    bool is_silent(const std::string& user) const;
    void remember(const std::string& user, List);
    void save(AccountId, const Device&);
    void drop_unlisted(AccountId);

    Directory& directory_;
    Store& store_;
    StanzaSender& stream_;
    Timer after_;
    std::string component_;
    std::uint64_t asked_ = 0;
    std::map<std::string, Question> questions_;  // by id
    struct KnownList {
        List devices;
        RateLimit::Clock::time_point since;
    };
    std::map<std::string, KnownList> lists_;                          // by user
    std::map<std::string, RateLimit::Clock::time_point> unanswered_;  // since when, by user
    std::set<std::string> refused_;                                   // users
    std::map<std::string, std::vector<std::function<void(std::optional<List>)>>> list_wanted_;
    using Place = std::pair<std::string, DeviceId>;  // user and device
    std::map<Place, std::vector<std::function<void(std::optional<Bundle>)>>> bundle_wanted_;
    std::map<AccountId, std::vector<Device>> devices_;
    std::map<AccountId, std::vector<std::function<void(bool)>>> load_wanted_;
    RateLimit questions_of_user_{100, std::chrono::minutes(1)};
};

}  // namespace gateway
