// What users are answered when they ask for keys, invites and protection: the same by chat words and by commands.
//
// design.md "Encryption". Knows nothing of stanzas, as the registrar; each request is answered once. Words about a
// contact name what is protected on which leg, and that the gateway decrypts in between.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "gateway/encryption/key_management.h"
#include "gateway/service/registrar.h"

namespace gateway {

class PrivacyCommands : public std::enable_shared_from_this<PrivacyCommands> {
  public:
    using Done = std::function<void(CommandResult)>;
    PrivacyCommands(Registrar& registrar, KeyManagement& desk) : registrar_(registrar), desk_(desk) {}

    /// Who asks, and in which language they are answered.
    struct Asker {
        std::string jid, lang;
    };

    void invite(const Asker&, std::function<void(CommandResult, std::optional<coi::securejoin::Invite>)> done);
    /// `text`: what was pasted.
    void join(const Asker&, const std::string& text, Done);
    /// `contact` here and below: a mail address or a JID of ours, as typed; "" where the account itself is meant.
    void fingerprint(const Asker&, const std::string& contact, Done);
    /// The gateway's own, by mail to the linked address: what comes so did not pass the Jabber server.
    void mail_fingerprints(const Asker&, Done);
    void status(const Asker&, const std::string& contact, Done);
    /// `contact`: with the fingerprint of the key behind it; without one, both fingerprints are shown.
    void accept(const Asker&, const std::string& contact, Done);
    /// `wanted`: require, prefer, off or inherit (or their German words); "" tells what holds.
    void policy(const Asker&, const std::string& contact, const std::string& wanted, Done);
    /// `wanted`: clear, encrypted, off, tunnel on or tunnel off (or their German words).
    void otr(const Asker&, const std::string& contact, const std::string& wanted, Done);
    void verify(const Asker&, const std::string& contact, const std::string& secret, Done);
    void export_key(const Asker&, const std::string& passphrase, Done);
    void import_key(const Asker&, const std::string& armoured, const std::string& passphrase, Done);
    void replace_key(const Asker&, Done);

    /// Whether the user has the OTR tunnel to this contact on.
    bool has_tunnel(const Asker&, const std::string& contact) const;
    /// Who is meant; nullopt if it is no mail address.
    std::optional<coi::Address> address(const std::string& contact) const;
    /// The policy of that name; nullopt if it is none.
    static std::optional<Policy> policy_named(const std::string& word);
    static const char* name(Policy);

  private:
    using Work = std::function<void(const Account&)>;
    using WithContact = std::function<void(const Account&, const Contact&)>;
    void with_account(const Asker&, const Done&, Work);
    void with_contact(const Asker&, const std::string& contact, const Done&, WithContact);
    void show_other_key(const Asker&, AccountId, const std::string& who, const std::string& canonical, const Done&);
    void set_tunnel(const Asker&, const Account&, const Contact&, bool on, const Done&);
    void set_policy(const Asker&, const Account&, Policy, const Done&);
    std::string policy_line(const Account&, const Contact*, const std::string& lang) const;
    CommandResult took_key(const coi::Result<coi::openpgp::Fingerprint>&, const std::string& lang) const;
    CommandResult no_key(AccountId, const std::string& lang) const;
    CommandResult trouble(const std::string& lang) const;
    CommandResult wrong(const std::string& words) const { return {words, "modify", "not-acceptable"}; }

    Registrar& registrar_;
    KeyManagement& desk_;
};

}  // namespace gateway
