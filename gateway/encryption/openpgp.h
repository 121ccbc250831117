// Mail on its way out is encrypted here, and on its way in opened: with keys from the store, on worker threads.
//
// design.md "Encryption". Keys are read and made when they are needed, never on the loop. Invariant: letters of one
// conversation leave here in the order they came, encrypted or not; what comes back was decided by
// gateway/encryption/policy.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/accounts/directory.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/decrypt.h"
#include "gateway/encryption/policy.h"
#include "gateway/store/keys.h"

namespace gateway {

/// A mail to one contact, before it is sealed.
struct OutgoingMail {
    coi::Message mail;
    bool from_otr = false;  // the user wrote it under OTR
    // What SecureJoin's steps need beyond policy.
    bool forced_clear = false;  // vc-request: before any key is known
    bool with_gossip = false;   // the recipient's own key goes inside
    std::string to_key;         // encrypted to this one; "": by policy and what is known of the contact
};

/// Its final bytes, or why there are none.
struct EncryptResult {
    std::string bytes;
    bool encrypted = false;
    policy::Refusal refusal = policy::Refusal::none;
    std::optional<coi::Error> error;  // it cannot be written, or the key cannot be used, or the store is away
};

class OpenPgp {
  public:
    struct Settings {
        Policy policy = Policy::prefer;
        coi::Limits limits;
    };
    OpenPgp(Directory&, Store&, Workers&, Settings);
    ~OpenPgp();

    void close(const Account&, const Contact&, OutgoingMail, std::function<void(EncryptResult)> done);
    /// `bytes`: the mail as it came, needed if `mail.encrypted` or `mail.is_signed`. Other clear mail that teaches
    /// nothing comes back at once.
    void open(const Account&, std::shared_ptr<const std::string> bytes, coi::Message mail,
              std::function<void(Decrypted)> done);

    /// The account's own key, made if there is none; nullopt if the store failed or another program holds the key.
    void own_key(AccountId, std::function<void(std::optional<keys::Own>)> done);
    /// Sets the account's key (imported by its user, or newly made where `key` is nullopt).
    void replace_key(AccountId, std::optional<keys::Own> key, std::function<void(Store::Failure, keys::Own)> done);
    /// From now on mail that arrives and was not opened yet comes back as DecryptFailure::busy: it is given once more
    /// later.
    void stop();
    /// Work under way that will still become entries of the queue.
    std::size_t waiting() const;
    void reload(Settings);
    Policy configured() const;
    /// How a message would leave now, as far as it does not depend on what the contact's key recommends.
    policy::Answer would_leave(const Account&, const Contact&, bool from_otr) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
