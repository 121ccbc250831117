// Autocrypt Level 1: the headers that carry keys, how they update a peer's state, and the recommendation to encrypt.
//
// [Autocrypt §"The Autocrypt Header", §"Updating Autocrypt Peer State", §"Key Gossip", §"Provide a recommendation for
// message encryption"]. Pure: a peer's state is input and output; gateway/store/keys stores it. Beyond Level 1: a
// verified key (SecureJoin) is the only one used for its peer, and mail to it is always encrypted.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/mail/address.h"
#include "coi/mail/header.h"
#include "coi/message.h"

namespace coi::autocrypt {

/// A longer field is ignored, as the specification says [§"The Autocrypt Header"].
inline constexpr std::size_t most_field_bytes = 10 * 1024;

struct Header {
    Address addr;
    bool mutual = false;  // prefer-encrypt=mutual
    std::string key;      // binary
    std::string mark{};   // what the gateway that wrote it knows it by: lower-case hex in an attribute that others
                          // pass over; "" if there is none
    bool operator==(const Header&) const = default;
};

/// Parses the value of an Autocrypt or Autocrypt-Gossip field; nullopt for everything that the specification says to
/// ignore: an unknown critical attribute, no addr, missing or broken base64, more than most_field_bytes.
/// openpgp::inspect checks the key itself.
std::optional<Header> parse(std::string_view value);
/// Prints the value on one line; spaces in keydata let append_field fold it. For an addr_spec() that is not ASCII or
/// contains `=?` there is no field: "".
std::string print(const Header&);
std::string print_gossip(const Header&);

/// The sender's one valid Autocrypt field among `fields` (split_fields of the header block; of the inner one if the
/// mail was encrypted): its addr is the only From address. Several valid ones count as none.
std::optional<Header> of_sender(const std::vector<Field>& fields, const std::vector<Address>& from);
/// The gossip of an encrypted and signed mail about its To, Cc and Reply-To [§"Updating Autocrypt Peer State from Key
/// Gossip"].
std::vector<Header> of_recipients(const std::vector<Header>& gossip, const Message& mail);

/// The state of a peer [§"Internal state storage"], and SecureJoin's additions.
struct Peer {
    std::optional<std::chrono::sys_seconds> last_seen, autocrypt_timestamp, gossip_timestamp;
    std::string key, gossip_key;  // binary, "" for none
    bool mutual = false;
    openpgp::Fingerprint fingerprint, gossip_fingerprint;  // of the keys above
    openpgp::Fingerprint verified;  // by SecureJoin (or compared by the user); only this key is used then
    std::string verified_key;       // binary
    std::string offered_key{};      // another key from a mail that did not prove enough to use it automatically
    openpgp::Fingerprint offered{};
    std::vector<openpgp::Fingerprint> revoked{};  // of this peer's keys: never accepted again
    bool operator==(const Peer&) const = default;
};

/// The Date of the mail, or `now` (the time of receipt) if it is missing or in the future.
std::chrono::sys_seconds effective_date(std::optional<std::chrono::sys_seconds> date, std::chrono::sys_seconds now);

/// What one mail says about its sender. A mail with several From addresses is not for update().
struct Seen {
    std::chrono::sys_seconds effective_date{};  // from the signed inner Date if there is one
    std::optional<Header> header;               // of_sender()
    std::optional<openpgp::KeyInfo> info;       // of its key; nullopt: invalid, as if there were no header
    bool is_report = false;                     // multipart/report never updates [§"Updating Autocrypt Peer State"]
};

enum class Change {
    nothing,
    learned,   // the first key
    replaced,  // another key than before: the user must be told
    offered,   // another key waits for the user to accept it: the user must be told
};
/// Autocrypt's own rule: the newest field counts. A copy of the verified key renews it; a key other than the verified
/// one changes nothing. gateway/model/trust decides whether the mail may change anything.
Change update(Peer&, const Seen&);
/// Stores a copy of a known key that was merged with `merged_with`, the stored copy. If the stored copy has changed
/// meanwhile, nothing happens: the next mail has the key again.
void renew(Peer&, const std::string& merged_with, const std::string& copy, const openpgp::KeyInfo&);
/// Offers another key, to be used when the user accepts it. The last offered key counts.
Change offer(Peer&, const std::string& key, const openpgp::KeyInfo&);
/// Uses the offered key from now on, if it has this fingerprint; then no key is verified.
bool accept(Peer&, const openpgp::Fingerprint&);
/// Updates from gossip about this peer (of_recipients) in a signed and encrypted mail. `replaced`: the key in use
/// changed. A gossip key is used for encryption only if no other is known, and proves no author.
Change update_gossip(Peer&, const Header& gossip, const openpgp::KeyInfo&, std::chrono::sys_seconds effective_date);

/// Makes the mail's key the verified one, whatever was known before. `merged_with`: as for renew().
void verify(Peer&, const Seen&, const std::string& merged_with);
/// Makes the peer's key with this fingerprint the verified one; false if the peer has no such key.
bool verify(Peer&, const openpgp::Fingerprint&);

/// The peer without keys that cannot be used for encryption now (revoked, expired), which count as none [§"Determine if
/// encryption is possible"]. The infos are of `key` and `gossip_key`; nullopt: not usable. A verified key stays:
/// encrypting to it then fails, which is better than another key or none.
Peer usable(Peer, const std::optional<openpgp::KeyInfo>& key, const std::optional<openpgp::KeyInfo>& gossip);

/// The key for encryption: the verified one, else Autocrypt's, else gossip's; "" if there is none.
const std::string& key_of(const Peer&);
const openpgp::Fingerprint& fingerprint_of(const Peer&);
/// The fingerprint of the key that counts for the peer's signatures: the verified one, else Autocrypt's; "" if there is
/// none. A gossip key never counts.
const openpgp::Fingerprint& counted(const Peer&);
const std::string& counted_key(const Peer&);
/// The stored copy of this key; "" for none.
const std::string& copy_of(const Peer&, const openpgp::Fingerprint&);
bool is_revoked(const Peer&, const openpgp::Fingerprint&);
/// Whether another key waits for the user to accept it: its signatures are marked, and nothing is encrypted to it.
bool is_conflicting(const Peer&);

enum class Recommendation { disable, discourage, available, encrypt };
/// `reply_to_encrypted`: the message answers an encrypted one.
Recommendation recommend(const Peer&, bool own_mutual, bool reply_to_encrypted);
/// The recommendation for a message to several recipients [§"Recommendations for messages to multiple addresses"];
/// disable for none.
Recommendation recommend(const std::vector<Recommendation>& each);

}  // namespace coi::autocrypt
