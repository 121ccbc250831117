// Encrypts outgoing mail and opens incoming mail, with keys from the store, on worker threads.
//
// Keys are read and made when they are needed, never on the loop. Invariant: mails of one conversation are returned in
// the order in which they were given, encrypted or not. gateway/encryption/policy decides whether a mail is encrypted.

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

/// A mail to one contact before encryption.
struct OutgoingMail {
    coi::Message mail;
    EndToEnd came_by = EndToEnd::none;  // what the user encrypted it with
    bool has_quote = false;             // the text begins with a quote of the answered message
    // Exceptions from the policy for SecureJoin.
    bool forced_clear = false;  // vc-request: no key is known yet
    bool with_gossip = false;   // with the recipient's own key as gossip
    std::string to_key;         // encrypt to this key; "": by policy and the contact's known keys
};

/// The final bytes, or the reason why there are none.
struct EncryptResult {
    std::string bytes;
    bool encrypted = false;
    policy::Refusal refusal = policy::Refusal::none;
    std::optional<coi::Error> error;  // the mail cannot be written, the key not be used, or the store is not available
};

/// What the pipelines ask of the mail leg's cryptography.
class MailEncryption {
  public:
    virtual ~MailEncryption() = default;
    /// The final bytes of a mail to a contact, encrypted or not; in the order of each conversation.
    virtual void close(const Account&, const Contact&, OutgoingMail, std::function<void(EncryptResult)> done) = 0;
    /// Decrypts a mail, verifies it, and asks what it says about keys. `bytes`: the original mail, needed if
    /// `mail.encrypted` or `mail.is_signed`. A clear mail without key information is returned at once.
    virtual void open(const Account&, std::shared_ptr<const std::string> bytes, coi::Message mail,
                      std::function<void(Decrypted)> done) = 0;
};

class OpenPgp : public MailEncryption {
  public:
    struct Settings {
        Policy policy = Policy::prefer;
        coi::Limits limits;
    };
    OpenPgp(Directory&, Store&, Workers&, Settings);
    ~OpenPgp() override;

    void close(const Account&, const Contact&, OutgoingMail, std::function<void(EncryptResult)> done) override;
    void open(const Account&, std::shared_ptr<const std::string> bytes, coi::Message mail,
              std::function<void(Decrypted)> done) override;

    /// The account's own key, made if there is none; nullopt if the store failed or another program holds the key.
    void own_key(AccountId, std::function<void(std::optional<keys::Own>)> done);
    /// Sets the account's key: the imported one, or a new one if `key` is nullopt.
    void replace_key(AccountId, std::optional<keys::Own> key, std::function<void(Store::Failure, keys::Own)> done);
    /// From now on a mail that is not opened yet is returned as DecryptFailure::busy, to be delivered again later.
    void stop();
    /// The number of running operations that will still create entries of the queue.
    std::size_t waiting() const;
    void reload(Settings);
    Policy configured() const;
    /// How a message would leave now, without the recommendation of the contact's key.
    policy::Answer would_leave(const Account&, const Contact&, EndToEnd came_by) const;

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace gateway
