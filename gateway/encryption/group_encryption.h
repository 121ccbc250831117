// Encrypts a mail to all members of a group, or to nobody.
//
// [Autocrypt §"Key Gossip"] Each member gets the keys of all others with it. A mail of which one member could read
// nothing is not written: its sender is told whose key is missing. Keys are read from the store, the work is done by
// the workers.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coi/message.h"
#include "gateway/accounts/workers.h"
#include "gateway/encryption/openpgp.h"
#include "gateway/model/room.h"

namespace gateway {

class GroupEncryption {
  public:
    struct Result {
        std::string bytes{};                      // "" if there are none
        std::vector<coi::Address> without_key{};  // of the members
        bool is_elsewhere = false;                // another program holds the account's key
        std::optional<coi::Error> error{};
    };
    GroupEncryption(const Directory& directory, Store& store, Workers& workers, OpenPgp& own)
        : directory_(directory), store_(store), workers_(workers), own_(own) {}

    /// Whether a mail to these must not be readable, whatever the room is: by the account's policy, or by one of them.
    bool must_encrypt(const Account&, const std::vector<coi::Address>& readers) const;
    /// The final bytes of a mail in a room to these readers.
    void encrypt(const Account&, const Room&, std::vector<coi::Address> readers, coi::Message,
                 std::function<void(Result)> done);

  private:
    const Directory& directory_;
    Store& store_;
    Workers& workers_;
    OpenPgp& own_;
};

}  // namespace gateway
