// The operations on keys that users may perform: their own keys, their contacts' keys, OTR keys, and invites.
//
// Each operation is done by its module (OpenPgp, SecureJoin, Otr, the store); gateway/service/privacy_commands has
// texts and forms. Results come on the loop. Secrets are neither logged nor kept here.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/relay_accounts.h"
#include "gateway/encryption/omemo.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/encryption/otr.h"
#include "gateway/encryption/secure_join.h"

namespace gateway {

/// Watches for other programs that use an account's address with a key of their own.
class OwnKeyFields {
  public:
    virtual ~OwnKeyFields() = default;
    /// Handles the Autocrypt header of a mail from the account's own address. `foreign` is called if its key is not
    /// coigate's: at most once a month, because anybody can write such a mail.
    virtual void own_field(AccountId, const std::string& field,
                           std::function<void(coi::openpgp::Fingerprint)> foreign) = 0;
};

class KeyManagement : public OwnKeyFields {
  public:
    using Ready = std::function<void(const Account*)>;
    KeyManagement(Directory& directory, Store& store, Workers& workers, OpenPgp& openpgp, SecureJoin& secure_join,
                  Otr& otr, Omemo& omemo, RelayAccounts& relay_accounts)
        : directory_(directory),
          store_(store),
          workers_(workers),
          openpgp_(openpgp),
          secure_join_(secure_join),
          otr_(otr),
          omemo_(omemo),
          relay_accounts_(relay_accounts) {}

    /// The account with which this user writes, made if there is none yet; nullptr if the user cannot have one.
    void with_account(const std::string& jid, const std::string& lang, Ready);
    void invite(AccountId, std::function<void(std::optional<coi::securejoin::Invite>)> done);
    void join(AccountId, const coi::securejoin::Invite&, std::function<void(SecureJoin::Joined)> done);

    struct Fingerprints {
        coi::openpgp::Fingerprint own;      // "" if another program holds the key, or it could not be made
        coi::openpgp::Fingerprint contact;  // the key in use; "" for none
        coi::openpgp::Fingerprint other;    // a key that the user has not accepted yet
        std::string otr;                    // in the format of OTR clients; "" if it could not be made
        std::vector<xmpp::otr::KnownKey> clients;
        std::string omemo;  // in the format of OMEMO clients; "" if it could not be made
    };
    /// `contact`: canonical address; "" for the account alone. nullopt if the store is not available.
    void fingerprints(AccountId, const std::string& contact, std::function<void(std::optional<Fingerprints>)> done);
    enum class Accepted {
        yes,      // the key is used from now on; it is not verified
        another,  // another key waits
        busy,     // the store is not available
    };
    /// Accepts the key that waits, if it has this fingerprint.
    void accept(AccountId, const std::string& contact, const coi::openpgp::Fingerprint&,
                std::function<void(Accepted)> done);

    /// Exports the account's secret key, armoured; makes one if there is none.
    void export_key(AccountId, coi::Secret passphrase, std::function<void(coi::Result<coi::Secret>)> done);
    /// `armoured`: a secret key, or the text of an Autocrypt Setup Message; `passphrase`: of the key, or the setup
    /// code. Afterwards coigate holds the key, whichever program held it before.
    void import_key(AccountId, coi::Secret armoured, coi::Secret passphrase,
                    std::function<void(coi::Result<coi::openpgp::Fingerprint>)> done);
    void replace_key(AccountId, std::function<void(coi::Result<coi::openpgp::Fingerprint>)> done);

    void own_field(AccountId, const std::string& field,
                   std::function<void(coi::openpgp::Fingerprint)> foreign) override;

    Policy configured() const { return openpgp_.configured(); }
    Otr& otr() { return otr_; }
    Omemo& omemo() { return omemo_; }

  private:
    using Took = std::function<void(coi::Result<coi::openpgp::Fingerprint>)>;
    void take_key(AccountId, std::optional<keys::Own>, Took);

    Directory& directory_;
    Store& store_;
    Workers& workers_;
    OpenPgp& openpgp_;
    SecureJoin& secure_join_;
    Otr& otr_;
    Omemo& omemo_;
    RelayAccounts& relay_accounts_;
    RateLimit foreign_{1, std::chrono::days(30)};
};

}  // namespace gateway
