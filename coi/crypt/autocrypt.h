// Autocrypt Level 1: the headers that carry keys, what they teach about a peer, and whether to encrypt.
//
// [Autocrypt §"The Autocrypt Header", §"Updating Autocrypt Peer State", §"Autocrypt-Gossip", §"Provide a recommendation"].
// Pure: a peer's state goes in and comes out; the store keeps it (gateway/store/keys).

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/mail/address.h"

namespace coi::autocrypt {

struct Header {
    Address addr;
    bool mutual = false;  // prefer-encrypt=mutual
    std::string key;      // binary
    bool operator==(const Header&) const = default;
};

/// The value of an Autocrypt or Autocrypt-Gossip field; nullopt for anything that the specification says to ignore (an
/// unknown critical attribute, no addr, broken base64, more than Limits::key_bytes).
std::optional<Header> parse(std::string_view value);
/// The value, unfolded; the printer of the mail folds it (keydata may be split anywhere by white space).
std::string print(const Header&);
std::string print_gossip(const Header&);

/// What is known of a peer [§"Internal state storage"], and what SecureJoin adds.
struct Peer {
    std::optional<std::chrono::sys_seconds> last_seen, autocrypt_timestamp, gossip_timestamp;
    std::string key, gossip_key;  // binary, "" for none
    bool mutual = false;
    openpgp::Fingerprint fingerprint, gossip_fingerprint;  // of the keys above
    openpgp::Fingerprint verified;  // by SecureJoin (or compared by the user); only this key is used then
    std::string verified_key;       // binary; stays when Autocrypt brings another
    bool operator==(const Peer&) const = default;
};

/// What one mail says of its sender.
struct Seen {
    std::chrono::sys_seconds effective_date{};  // the signed inner Date if there is one, never later than now
    std::optional<Header> header;               // exactly one valid field whose addr is the From address; else nullopt
    std::optional<openpgp::KeyInfo> info;       // of its key; nullopt: not usable, as if there were no header
    bool is_report = false;                     // multipart/report never updates [§"Updating Autocrypt Peer State"]
};

enum class Change {
    nothing,
    learned,   // the first key
    replaced,  // another key than before: to be told in one line
};
Change update(Peer&, const Seen&);
/// Gossip of a signed and encrypted mail, for one of its recipients.
Change update_gossip(Peer&, const Header& gossip, const openpgp::KeyInfo&, std::chrono::sys_seconds effective_date);

/// The key to encrypt to: the verified one if there is one, else Autocrypt's, else gossip's; "" if none.
const std::string& key_of(const Peer&);
const openpgp::Fingerprint& fingerprint_of(const Peer&);
/// A verified contact now sends with another key: what it signs is not shown as verified, and nothing is encrypted to it.
bool is_conflicting(const Peer&);

enum class Recommendation { disable, discourage, available, encrypt };
/// `reply_to_encrypted`: the message answers an encrypted one.
Recommendation recommend(const Peer&, bool own_mutual, bool reply_to_encrypted);

}  // namespace coi::autocrypt
