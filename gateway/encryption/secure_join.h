// Runs SecureJoin handshakes: for invites of the users and of their contacts, from the first mail to verified keys.
//
// [SecureJoin §"Setup Contact protocol"], both roles; coi/crypt/securejoin_state has the rules. Invariant: the state
// change of a step and the mail that answers it are one commit, so that both sides can continue after a restart at any
// moment. A vc-request proves no author: answers are limited by sender and by account.

#pragma once

#include <functional>
#include <optional>
#include <string>

#include "coi/crypt/securejoin_state.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/clock.h"
#include "gateway/model/incoming_mail.h"
#include "gateway/model/rate_limit.h"
#include "gateway/model/user_notices.h"
#include "gateway/store/invites.h"
#include "gateway/store/outlet.h"
#include "gateway/store/verify_key.h"

namespace gateway {

/// Takes the mails of handshakes.
class HandshakeReceiver {
  public:
    virtual ~HandshakeReceiver() = default;
    /// Handles a mail with a Secure-Join header: nothing of it is shown.
    virtual void take(const Account&, const IncomingMail&, std::function<void(DeliveryResult)> done) = 0;
};

class SecureJoin : public HandshakeReceiver {
  public:
    struct Settings {
        std::chrono::milliseconds expire = std::chrono::days(5);  // of a handshake mail that cannot be sent
        std::chrono::seconds invites_last = std::chrono::days(14);
    };
    SecureJoin(Directory&, Store&, Workers&, OpenPgp&, queue::Outlet& mail, UserNotices&, Settings, Clock now);

    void take(const Account&, const IncomingMail&, std::function<void(DeliveryResult)> done) override;
    /// A new invite of the account, good for one person and a limited time; nullopt if it cannot be made now.
    void invite(AccountId, std::function<void(std::optional<coi::securejoin::Invite>)> done);

    enum class Joined {
        begun,      // the first mail is queued
        own,        // it is the account's own invite
        too_often,  // too many in a short time
        no_key,     // the account's key is held by another program
        busy,       // the store cannot take it now
    };
    void join(AccountId, const coi::securejoin::Invite&, std::function<void(Joined)> done);
    /// Called from time to time: removes expired invites.
    void sweep();
    void reload(Settings settings) { settings_ = settings; }

  private:
    using Done = std::function<void(DeliveryResult)>;
    struct Decision;
    /// A mail of a handshake, to be committed with its step.
    struct Written {
        std::optional<queue::Entry> entry{};  // nullopt: it cannot be written
        bool is_away = false;                 // now; later it may
    };
    static Decision decide(const IncomingMail&, const keys::Handshakes&, std::chrono::sys_seconds now);
    void act(AccountId, const IncomingMail&, const Decision&, const Done&);
    void verify(const Account&, const IncomingMail&, const Decision&, const coi::securejoin::Verified&, const Done&);
    void finish(AccountId, const coi::Address&, bool as_inviter, const VerifiedKey&, const Done&);
    void confirm(const Account&, const IncomingMail&, const coi::securejoin::Joining&, const Done&);
    void write(const Account&, const Contact&, OutgoingMail, std::function<void(Written)> done);
    std::optional<queue::Entry> entry_of(AccountId, const Contact&, const std::string& name, std::string bytes) const;
    Joined joined(AccountId, const coi::Address&);
    void note(AccountId, const coi::Address&, const VerifiedKey&);
    bool may_answer(AccountId, const std::string& sender);
    std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_()); }

    Directory& directory_;
    Store& store_;
    Workers& workers_;
    OpenPgp& openpgp_;
    queue::Outlet& mail_;
    UserNotices& notices_;
    Settings settings_;
    Clock now_;
    RateLimit answers_to_sender_{5, std::chrono::minutes(10)}, answers_of_account_{50, std::chrono::minutes(10)};
    RateLimit joins_{20, std::chrono::hours(1)};
};

}  // namespace gateway
