// The state of the class Omemo, shared by gateway/encryption/omemo, omemo_choice, omemo_renewal and
// omemo_to_user; only they include it.

#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "gateway/encryption/omemo.h"
#include "gateway/encryption/omemo_talk.h"
#include "gateway/model/rate_limit.h"
#include "gateway/task.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace gateway {

struct Omemo::State : DirectoryObserver, std::enable_shared_from_this<State> {
    State(Modules modules_, Settings settings_)
        : modules(std::move(modules_)),
          settings(std::move(settings_)),
          own(std::make_shared<OmemoOwnKeys>(modules.store, modules.workers, modules.now)),
          devices(std::make_shared<OmemoDevices>(modules.directory, modules.store, modules.sender, modules.after,
                                                 settings.component)) {}

    using Talk = std::shared_ptr<OmemoTalk>;
    using Key = OmemoTalk::Key;
    using Keys = OmemoOwnKeys::Keys;
    using DeviceId = OmemoTalk::DeviceId;
    using Bundle = xmpp::omemo::Bundle;
    using Message = std::shared_ptr<const xmpp::Tag>;

    /// What a message or a stanza of the queue needs, all read.
    struct Ready {
        Talk talk;
        Keys own;  // nullptr: the store cannot be read
    };
    Task<Ready> ready(Key);
    Talk talk_of(const Key&);
    void make_room(AccountId);
    /// The devices of the account's user.
    std::vector<DeviceId> known(AccountId) const;

    /// The devices that shall read a message, and the bundles of those without a session.
    struct Readers {
        std::vector<DeviceId> devices;
        std::map<DeviceId, Bundle> bundles;
    };

    // --- from the user (omemo.cpp)
    bool take(const xmpp::Tag& message);
    /// What a worker made of a message.
    struct Opening {
        std::optional<xmpp::omemo::Failure> failure{};
        std::optional<std::string> text{};  // none: a key transport element
        std::string identity_key{};
        std::optional<std::uint32_t> used_pre_key{};
        bool is_new_session = false;
        bool is_first = false;  // until a device has heard of us, all its messages begin like a first one
        OmemoTalk::Session session{};
        bool is_tried = true;  // false: too many could not be read lately
    };
    /// By the first of the keys that a session can use. For the strand.
    static Opening open(OmemoTalk::Sessions&, const xmpp::omemo::OwnKeys&, const std::vector<xmpp::omemo::Key>&,
                        const xmpp::xep0384::Encrypted&);
    Task<> carry(AccountId, coi::Address contact, Message);
    Task<> failed(Ready, Message, DeviceId sid, xmpp::omemo::Failure, bool has_text);
    Task<bool> was_taken(Key, StanzaId);
    void opened(const Ready&, const coi::Address& contact, const Message&, DeviceId sid, Opening);
    void speaks_omemo(const Account&, const coi::Address& contact, const std::string& contact_jid);
    void tell_news(AccountId, OmemoDevices::News, DeviceId);
    void spoke_clearly(const Account&, const coi::Address& contact, const std::string& contact_jid);
    Task<bool> is_kept_by_otr(Key, DeviceId sid);
    bool is_guarded(const Account&, const coi::Address& contact, const xmpp::Tag& otr_message);
    void refuse_otr(const Account&, const coi::Address& contact, const xmpp::Tag& otr_message);
    void refuse(const xmpp::Tag& message, const char* type, const char* condition, const std::string& words);
    void refuse_for_now(const xmpp::Tag& message, const std::string& lang);

    /// How many messages of the account may fail until the next tick; counted by the work on the strands.
    using Failures = std::shared_ptr<std::atomic<int>>;
    Failures failures_left(AccountId);

    // --- empty messages, which renew or confirm a session (omemo_renewal.cpp)
    Task<> renew_session(Ready, DeviceId, std::string client, std::string contact_jid);
    /// Where an answer to a first message is to be sent.
    struct Starter {
        Key key;
        DeviceId device = 0;
        std::string client, contact_jid;
    };
    void confirm_soon(Starter, int checks);
    Task<> confirm(Starter);
    Task<bool> send_empty(Ready, Readers, const Starter&, bool replace_session);

    // --- to the user (omemo_to_user.cpp)
    bool concerns(const queue::Entry&) const;
    Task<> send(queue::Entry, Message, std::function<void(Outgoing)> done);
    Task<Readers> readers(Ready, std::string user);
    /// A text for these devices (none: an empty message, which only renews the session), and the sessions that it
    /// changed; these must be committed first.
    struct Sealed {
        xmpp::xep0384::Encrypted encrypted;
        keys::OmemoChange change;
        std::vector<DeviceId> unusable;  // whose bundles start no session
    };
    Task<Sealed> seal(Ready, Readers, std::optional<std::string> text, bool replace_sessions = false);
    Task<bool> save(keys::OmemoChange);
    xmpp::Stanza stanza_of(const xmpp::Tag& original, const std::string& to, const xmpp::xep0384::Encrypted&,
                           const std::string& lang) const;
    Task<> send_again(Key, DeviceId, std::string client, std::vector<std::string> stanzas);
    Outgoing without_file(const xmpp::Tag& stanza, const Key&) const;
    void hold(const Key&, const std::function<void(Outgoing)>& done);
    void unblock(AccountId);

    std::string jid_of_contact(const Key&) const;
    void account_saved(const Account&) override {}
    void account_removed(const Account&) override;

    Modules modules;
    Settings settings;
    std::map<Key, Talk> talks;
    std::shared_ptr<OmemoOwnKeys> own;
    std::shared_ptr<OmemoDevices> devices;
    std::set<Key> held;  // conversations with held messages
    std::map<std::pair<AccountId, DeviceId>, std::chrono::steady_clock::time_point> without_bundle;
    std::map<AccountId, Failures> failures;
    std::size_t under_way = 0;
    RateLimit starts{30, std::chrono::minutes(1)};     // sessions, per account
    RateLimit renewed{1, std::chrono::minutes(10)};    // sessions that we start anew, per device
    RateLimit confirmed{3, std::chrono::minutes(10)};  // empty answers, per device
    RateLimit clear_told{1, std::chrono::hours(24)}, news_told{20, std::chrono::hours(24)},
        otr_told{1, std::chrono::minutes(10)};
};

}  // namespace gateway
