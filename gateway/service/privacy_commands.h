// The answers to commands about keys, invites, protection, blocking and old messages, by chat messages or ad-hoc
// commands.
//
// Independent of stanzas, as the registrar; each request is answered once. Answers about a contact say what is
// protected on which side of the gateway, and that the gateway decrypts in between. The commands are in six files:
// key_commands.cpp, omemo_commands.cpp, invite_commands.cpp, block_commands.cpp, history_commands.cpp, and
// privacy_commands.cpp (how a conversation is protected).

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/profile_observer.h"
#include "gateway/encryption/key_management.h"
#include "gateway/service/notices.h"
#include "gateway/service/registrar.h"

namespace gateway {

class PrivacyCommands : public std::enable_shared_from_this<PrivacyCommands> {
  public:
    using Done = std::function<void(CommandResult)>;
    PrivacyCommands(Registrar& registrar, KeyManagement& desk, Notices& notices, ProfileObserver& observer)
        : registrar_(registrar), desk_(desk), notices_(notices), observer_(observer) {}

    /// The user who asks, and the language of the answer.
    struct Asker {
        std::string jid, lang;
    };

    void invite(const Asker&, std::function<void(CommandResult, std::optional<coi::securejoin::Invite>)> done);
    /// `text`: the pasted invite.
    void join(const Asker&, const std::string& text, Done);
    /// `contact` here and below: a mail address or a JID of the component, as typed; "" for the account itself.
    void fingerprint(const Asker&, const std::string& contact, Done);
    /// Sends the gateway's own fingerprints by mail to the linked address, which does not pass the Jabber server.
    void mail_fingerprints(const Asker&, Done);
    void status(const Asker&, const std::string& contact, Done);
    /// `contact`: followed by the fingerprint of the key; without one, both fingerprints are shown.
    void accept(const Asker&, const std::string& contact, Done);
    /// `wanted`: require, prefer, off or inherit (or the German words); "" shows the policy.
    void policy(const Asker&, const std::string& contact, const std::string& wanted, Done);
    /// `wanted`: clear, encrypted, off, tunnel on or tunnel off (or the German words).
    void otr(const Asker&, const std::string& contact, const std::string& wanted, Done);
    /// `contact`: or devices, trust or distrust (or the German words), the last two with the number of a device as
    /// `wanted`; of a contact that is clear, encrypted or off.
    void omemo(const Asker&, const std::string& contact, const std::string& wanted, Done);
    void verify(const Asker&, const std::string& contact, const std::string& secret, Done);
    /// Blocks or unblocks the contact.
    void block(const Asker&, const std::string& contact, bool blocked, Done);
    /// Tells whom the user has blocked.
    void blocked(const Asker&, Done);
    std::vector<coi::Address> blocked_by(const std::string& jid) const;
    /// Has the last messages with the contact fetched from the linked mailbox; `number`: how many, "" for the usual.
    /// `done` gets that it has begun; the end is told later.
    void history(const Asker&, const std::string& contact, const std::string& number, Done);
    void export_key(const Asker&, const std::string& passphrase, Done);
    void import_key(const Asker&, const std::string& armoured, const std::string& passphrase, Done);
    void replace_key(const Asker&, Done);

    /// Whether the user has the OTR tunnel to this contact on.
    bool has_tunnel(const Asker&, const std::string& contact) const;
    /// The address of `contact`; nullopt if it is no mail address.
    std::optional<coi::Address> address(const std::string& contact) const;
    /// The policy with this name; nullopt if there is none.
    static std::optional<Policy> policy_named(const std::string& word);
    static const char* name(Policy);

  private:
    using Work = std::function<void(const Account&)>;
    using WithContact = std::function<void(const Account&, const Contact&)>;
    void with_account(const Asker&, const Done&, Work);
    void with_contact(const Asker&, const std::string& contact, const Done&, WithContact);
    void show_other_key(const Asker&, AccountId, const std::string& who, const std::string& canonical, const Done&);
    void set_tunnel(const Asker&, const Account&, const Contact&, bool on, const Done&);
    void omemo_devices(const Asker&, const Done&);
    void omemo_trust(const Asker&, const std::string& number, bool trust, const Done&);
    void set_policy(const Asker&, const Account&, Policy, const Done&);
    std::string policy_line(const Account&, const Contact*, const std::string& lang) const;
    CommandResult took_key(const coi::Result<coi::openpgp::Fingerprint>&, const std::string& lang) const;
    CommandResult no_key(AccountId, const std::string& lang) const;
    CommandResult trouble(const std::string& lang) const;
    CommandResult wrong(const std::string& words) const { return {words, "modify", "not-acceptable"}; }

    Registrar& registrar_;
    KeyManagement& desk_;
    Notices& notices_;
    ProfileObserver& observer_;
    RateLimit histories_{5, std::chrono::minutes(30)};
};

}  // namespace gateway
