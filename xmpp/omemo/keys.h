// All OMEMO keys of one account as one value, as bytes that the caller stores.
//
// [XEP-0384 §4.1, §4.3, §4.7]. The account is one device: an identity key, a signed prekey, and 100 prekeys that are
// used once. The registration id of the protocol is the device id. Ids of prekeys are not used again until 2^24 others
// were.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "xmpp/wiped.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace xmpp::omemo {

using Bundle = xep0384::Bundle;
using DeviceId = xep0384::DeviceId;

/// "01234567 89abcdef …": the 32 bytes of an identity key (33 bytes, type byte 5 first) in hexadecimal digits, in
/// groups of eight, as clients show it. "" if the size or the type is wrong.
std::string print_fingerprint(std::string_view identity_key);
/// The identity key (33 bytes) of 64 hexadecimal digits of either case; blanks are ignored; nullopt: not 64 digits.
std::optional<std::string> parse_fingerprint(std::string_view);

class OwnKeys {
  public:
    using Time = std::chrono::system_clock::time_point;
    /// A key pair of the protocol, with the time when it was made.
    struct KeyPair {
        std::uint32_t id = 0;
        std::string public_key;  // 33 bytes
        Wiped private_key;       // 32 bytes
        bool operator==(const KeyPair&) const = default;
    };
    struct SignedKeyPair {
        KeyPair pair;
        std::string signature;  // 64 bytes
        Time made{};
        bool operator==(const SignedKeyPair&) const = default;
    };
    static constexpr std::size_t pre_keys = 100;
    static constexpr std::uint32_t max_pre_key_id = 0xFFFFFE;  // the library treats 0xFFFFFF as no prekey
    static constexpr std::chrono::hours signed_pre_key_age{7 * 24}, previous_age{30 * 24};

    /// New keys, with a random device id. Takes some milliseconds. Any thread. Throws std::runtime_error if the library
    /// fails (no memory, no random numbers).
    static OwnKeys generate(Time now);
    /// From the bytes of save(). nullopt: invalid bytes, or damaged keys.
    static std::optional<OwnKeys> load(std::string_view saved);
    /// All keys, unencrypted: must be sealed before they are stored.
    Wiped save() const;

    DeviceId device() const { return device_; }
    /// 33 bytes, type byte 5 first, as in <identityKey/>.
    const std::string& identity_key() const { return identity_.public_key; }
    /// What is published: the current signed prekey, and all prekeys.
    Bundle bundle() const;

    /// Removes a prekey that started a session [§4.7]. Repetitions of the first message do not need it.
    void use(std::uint32_t pre_key_id);
    /// Makes new prekeys for the used ones; replaces the signed prekey after seven days, and keeps the previous one for
    /// 30 days, for messages that were sent before. True if something changed: store the keys and publish the bundle.
    bool maintain(Time now);

    const KeyPair& identity() const { return identity_; }
    /// The signed prekey with this id, current or previous; nullptr: it is not known.
    const SignedKeyPair* find_signed_pre_key(std::uint32_t id) const;
    const KeyPair* find_pre_key(std::uint32_t id) const;
    bool operator==(const OwnKeys&) const = default;

  private:
    OwnKeys() = default;

    DeviceId device_ = 0;
    KeyPair identity_;                            // its id is 0
    std::vector<SignedKeyPair> signed_pre_keys_;  // the current one first
    std::vector<KeyPair> pre_keys_;
    std::uint32_t next_pre_key_ = 1, next_signed_pre_key_ = 1;
};

}  // namespace xmpp::omemo
