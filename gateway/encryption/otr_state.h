// The state of the class Otr, shared by gateway/encryption/otr and gateway/encryption/otr_to_user; only they include
// it.

#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gateway/encryption/otr.h"
#include "gateway/encryption/otr_identities.h"
#include "gateway/encryption/otr_talk.h"
#include "gateway/model/rate_limit.h"

namespace gateway {

struct Otr::State : DirectoryObserver, std::enable_shared_from_this<State> {
    State(Directory& directory_, Store& store_, Workers& workers_, RelayAccounts& relay_accounts_,
          const OpenPgp& openpgp_, MessageReceiver& outgoing_, queue::Outlet& jabber_, StanzaSender& sender_,
          UserNotices& notices_, Settings settings_)
        : directory(directory_),
          store(store_),
          workers(workers_),
          relay_accounts(relay_accounts_),
          openpgp(openpgp_),
          outgoing(outgoing_),
          jabber(jabber_),
          sender(sender_),
          notices(notices_),
          settings(std::move(settings_)),
          identities(std::make_shared<OtrIdentities>(store, workers)) {}

    using Talk = std::shared_ptr<OtrTalk>;
    using Key = OtrTalk::Key;
    using Clock = OtrTalk::Clock;
    using Notice = xmpp::otr::Notice;
    using Received = xmpp::otr::Received;

    Talk find(const Key& key) const;
    Talk talk_of(const Account&, const std::string& contact);
    void make_room(AccountId);
    void open(const Talk&, const Account&);

    void take(const xmpp::Tag& message);
    void take_as(const Account&, const coi::Address& contact, const xmpp::Tag& message);
    bool may_start(const Account&, const coi::Address& contact);
    void refuse(const xmpp::Tag& message);
    void received(const Talk&, const std::shared_ptr<xmpp::Tag>& message, Received);
    void again(std::vector<queue::Entry>);
    void tell(const Talk&, const Notice&);
    void say_of(const Account&, const Key&, const Notice&, const std::string& contact);
    void say_sealed(const Account&, const Talk&, const std::string& words);
    bool speaks_otr(const Key&);
    void started(const Account&, const Talk&, const std::string& address);
    void spoke_clearly(const Key&);
    void reply(const std::string& from, const std::string& to, const std::vector<std::string>& bodies);
    void end(const Talk&, const std::string& peer);
    void account_saved(const Account&) override {}
    void account_removed(const Account&) override;

    bool concerns(const queue::Entry&) const;
    void send(const queue::Entry&, const xmpp::Tag& stanza, std::function<void(Outgoing)> done);
    void hold(const Key&, const std::function<void(Outgoing)>& done);
    void available(const Account&, const std::string& jid);
    void ask_for_session(const Talk&, const std::string& peer);
    coi::Result<coi::Address> address_in(const Key&) const;
    std::string jid_of_contact(const Key&) const;

    Directory& directory;
    Store& store;
    Workers& workers;
    RelayAccounts& relay_accounts;
    const OpenPgp& openpgp;
    MessageReceiver& outgoing;
    queue::Outlet& jabber;
    StanzaSender& sender;
    UserNotices& notices;
    Settings settings;
    std::map<Key, Talk> talks;
    std::shared_ptr<OtrIdentities> identities;
    std::map<Key, std::set<std::string>>
        held;  // conversations with held messages that the user was told of; resources that were asked for a session
    std::set<Key> ended;                            // the user has ended OTR: whether it starts again is theirs to say
    RateLimit starts{30, std::chrono::minutes(1)};  // per account, all contacts together
    RateLimit too_often_told{1, std::chrono::minutes(10)};  // notices of that
    Clock::time_point polled = Clock::now();
};

}  // namespace gateway
