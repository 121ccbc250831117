// Autocrypt Level 1: the headers that carry keys, what they teach about a peer, and whether to encrypt.
//
// [Autocrypt §"The Autocrypt Header", §"Updating Autocrypt Peer State", §"Autocrypt-Gossip", §"Provide a
// recommendation"]. Pure: a peer's state goes in and comes out; the store keeps it (gateway/store/keys). Beyond Level
// 1: a verified key (SecureJoin) is the only one used for its peer, and mail to it is always encrypted.

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

/// A longer field is ignored, as by everybody else [§"The Autocrypt Header"].
inline constexpr std::size_t most_field_bytes = 10 * 1024;

struct Header {
    Address addr;
    bool mutual = false;  // prefer-encrypt=mutual
    std::string key;      // binary
    std::string mark{};   // what the gateway that wrote it knows it by: lower-case hex in an attribute that others
                          // pass over; "" if there is none
    bool operator==(const Header&) const = default;
};

/// The value of an Autocrypt or Autocrypt-Gossip field; nullopt for anything that the specification says to ignore: an
/// unknown critical attribute, no addr, no or broken base64, more than most_field_bytes. What the key is worth is
/// openpgp::inspect's to say.
std::optional<Header> parse(std::string_view value);
/// The value on one line; spaces in keydata let append_field fold it. An addr_spec() beyond ASCII
/// or with `=?` has no field: "".
std::string print(const Header&);
std::string print_gossip(const Header&);

/// The one valid Autocrypt field of the sender among `fields` (split_fields of the header block; of the inner one, if
/// the mail was encrypted): its addr is the only From address. Several valid ones are none.
std::optional<Header> of_sender(const std::vector<Field>& fields, const std::vector<Address>& from);
/// Of the gossip of an encrypted and signed mail, what is about its To, Cc and Reply-To [§"Updating … from Key
/// Gossip"].
std::vector<Header> of_recipients(const std::vector<Header>& gossip, const Message& mail);

/// What is known of a peer [§"Internal state storage"], and what SecureJoin adds.
struct Peer {
    std::optional<std::chrono::sys_seconds> last_seen, autocrypt_timestamp, gossip_timestamp;
    std::string key, gossip_key;  // binary, "" for none
    bool mutual = false;
    openpgp::Fingerprint fingerprint, gossip_fingerprint;  // of the keys above
    openpgp::Fingerprint verified;  // by SecureJoin (or compared by the user); only this key is used then
    std::string verified_key;       // binary
    std::string offered_key{};      // another one that a mail brought, which did not prove enough to be used by itself
    openpgp::Fingerprint offered{};
    std::vector<openpgp::Fingerprint> revoked{};  // of this peer's keys: none of them is taken again
    bool operator==(const Peer&) const = default;
};

/// The Date of the mail, or `now` (the time of receipt) where it is in the future or missing.
std::chrono::sys_seconds effective_date(std::optional<std::chrono::sys_seconds> date, std::chrono::sys_seconds now);

/// What one mail says of its sender. A mail with several From addresses says nothing: it is not for update().
struct Seen {
    std::chrono::sys_seconds effective_date{};  // of the signed inner Date if there is one
    std::optional<Header> header;               // of_sender()
    std::optional<openpgp::KeyInfo> info;       // of its key; nullopt: it is none, as if there were no header
    bool is_report = false;                     // multipart/report never updates [§"Updating Autocrypt Peer State"]
};

enum class Change {
    nothing,
    learned,   // the first key
    replaced,  // another key than before: to be told
    offered,   // another key waits for the user's word: to be told
};
/// Autocrypt's own rule: the newest field counts. A copy of the verified key renews that; another key than the verified
/// one changes nothing. Whether the mail may change anything is gateway/model/trust's to say.
Change update(Peer&, const Seen&);
/// A copy of a key that is known, merged with `merged_with`: the copy that is held. If that is another by now, nothing
/// happens: the next mail brings it again.
void renew(Peer&, const std::string& merged_with, const std::string& copy, const openpgp::KeyInfo&);
/// Another key, to be used when the user accepts it. The last one that was offered counts.
Change offer(Peer&, const std::string& key, const openpgp::KeyInfo&);
/// The offered key is used from now on, if that is its fingerprint; none is verified then.
bool accept(Peer&, const openpgp::Fingerprint&);
/// Gossip about this peer (of_recipients) of a signed and encrypted mail. `replaced`: the key that is used changed. It
/// is encrypted to where no other is known, and proves nobody.
Change update_gossip(Peer&, const Header& gossip, const openpgp::KeyInfo&, std::chrono::sys_seconds effective_date);

/// Makes the key that the mail brings the verified one, whatever was known before. `merged_with`: as of renew().
void verify(Peer&, const Seen&, const std::string& merged_with);
/// Makes the key of that fingerprint, which must be one of the peer's, the verified one; false if it is none of them.
bool verify(Peer&, const openpgp::Fingerprint&);

/// The peer without the keys that cannot be encrypted to now (revoked, expired): they count as none [§"Determine if
/// encryption is possible"]. The infos are of `key` and `gossip_key`; nullopt: not usable. A verified key stays:
/// encrypting to it then fails, which is better than another key or none.
Peer usable(Peer, const std::optional<openpgp::KeyInfo>& key, const std::optional<openpgp::KeyInfo>& gossip);

/// The key to encrypt to: the verified one if there is one, else Autocrypt's, else gossip's; "" if none.
const std::string& key_of(const Peer&);
const openpgp::Fingerprint& fingerprint_of(const Peer&);
/// Of the key by which the peer's signatures count: the verified one, else Autocrypt's; "" if there is none. Gossip's
/// never does.
const openpgp::Fingerprint& counted(const Peer&);
const std::string& counted_key(const Peer&);
/// The copy that is held of that key; "" for none.
const std::string& copy_of(const Peer&, const openpgp::Fingerprint&);
bool is_revoked(const Peer&, const openpgp::Fingerprint&);
/// Another key waits for the user's word: what it signs is marked, and nothing is encrypted to it.
bool is_conflicting(const Peer&);

enum class Recommendation { disable, discourage, available, encrypt };
/// `reply_to_encrypted`: the message answers an encrypted one.
Recommendation recommend(const Peer&, bool own_mutual, bool reply_to_encrypted);
/// For a message to several [§"Recommendations for messages to multiple addresses"]; disable for none.
Recommendation recommend(const std::vector<Recommendation>& each);

}  // namespace coi::autocrypt
