// What users may do with keys, whatever they ask it by: their own, their contacts', OTR's, and invites.
//
// Values in, values out, each by its own module (OpenPgp, SecureJoin, Otr, the store); the words and forms around them
// are gateway/service/privacy_commands'. Answers come on the loop. Secrets are neither logged nor kept here.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr.h"
#include "gateway/encryption/secure_join.h"

namespace gateway {

class KeyManagement {
  public:
    using Ready = std::function<void(const Account*)>;
    KeyManagement(Directory& directory, Store& store, Workers& workers, OpenPgp& openpgp, SecureJoin& secure_join,
                  Otr& otr, std::function<void(const std::string& jid, const std::string& lang, Ready)> relay_account)
        : directory_(directory),
          store_(store),
          workers_(workers),
          openpgp_(openpgp),
          secure_join_(secure_join),
          otr_(otr),
          relay_account_(std::move(relay_account)) {}

    /// The account through which this user writes, made if there is none yet; nullptr if they can have none.
    void with_account(const std::string& jid, const std::string& lang, Ready);
    void invite(AccountId, std::function<void(std::optional<coi::securejoin::Invite>)> done);
    void join(AccountId, const coi::securejoin::Invite&, std::function<void(SecureJoin::Joined)> done);

    struct Fingerprints {
        coi::openpgp::Fingerprint own;      // "" if another program holds the key, or it could not be made
        coi::openpgp::Fingerprint contact;  // the one that is used; "" for none
        coi::openpgp::Fingerprint other;    // one that waits for the user's word
        std::string otr;                    // as OTR clients show it; "" if it could not be made
        std::vector<xmpp::otr::KnownKey> clients;
    };
    /// `contact`: canonical, "" for the account alone. nullopt if the store is away.
    void fingerprints(AccountId, const std::string& contact, std::function<void(std::optional<Fingerprints>)> done);
    enum class Accepted {
        yes,      // it is used from now on, and not verified
        another,  // it is not the one that waits
        busy,     // the store is away
    };
    /// The user's word for the key that waits, by its fingerprint.
    void accept(AccountId, const std::string& contact, const coi::openpgp::Fingerprint&,
                std::function<void(Accepted)> done);

    /// The account's secret key, armoured; made if there is none.
    void export_key(AccountId, coi::Secret passphrase, std::function<void(coi::Result<coi::Secret>)> done);
    /// `armoured`: a secret key, or the message of an Autocrypt Setup Message; `passphrase`: of the key, or the setup
    /// code. Afterwards the key is held here, whoever held it before.
    void import_key(AccountId, coi::Secret armoured, coi::Secret passphrase,
                    std::function<void(coi::Result<coi::openpgp::Fingerprint>)> done);
    void replace_key(AccountId, std::function<void(coi::Result<coi::openpgp::Fingerprint>)> done);

    /// A mail from the account's own address brings that Autocrypt field. `foreign` is called if the key in it is not
    /// ours: once a month at most, since anybody can write such a mail.
    void own_field(AccountId, const std::string& field, std::function<void(coi::openpgp::Fingerprint)> foreign);

    Policy configured() const { return openpgp_.configured(); }
    Otr& otr() { return otr_; }

  private:
    using Took = std::function<void(coi::Result<coi::openpgp::Fingerprint>)>;
    void take_key(AccountId, std::optional<keys::Own>, Took);

    Directory& directory_;
    Store& store_;
    Workers& workers_;
    OpenPgp& openpgp_;
    SecureJoin& secure_join_;
    Otr& otr_;
    std::function<void(const std::string&, const std::string&, Ready)> relay_account_;
    RateLimit foreign_{1, std::chrono::days(30)};
};

}  // namespace gateway
