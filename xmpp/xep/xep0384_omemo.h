// OMEMO elements: lists of devices, bundles of public keys, encrypted messages.
//
// [XEP-0384 §4] in version 0.3.0, the one that clients speak; the cryptography is in xmpp/omemo/. Left out: later
// versions (urn:xmpp:omemo:…). Everything read is limited: more devices or keys than that are ignored, an element with
// a longer value is none.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "xmpp/stanza.h"

namespace xmpp::xep0384 {

inline constexpr const char* ns = "eu.siacs.conversations.axolotl";
/// The node of a user's device list; xep0163::wish() of it is what a client announces that wants the lists.
inline constexpr const char* devices_node = "eu.siacs.conversations.axolotl.devicelist";
/// The id of the only item of each node [§4.3].
inline constexpr const char* item_id = "current";

inline constexpr std::size_t max_devices = 200, max_keys = 200, max_pre_keys = 200;
inline constexpr std::size_t max_key_data = 4 * 1024;  // bytes of one key element
inline constexpr std::size_t max_payload = 256 * 1024;

/// 1 to 2^31 - 1 [§4.1]; 0 is none.
using DeviceId = std::uint32_t;
inline constexpr DeviceId max_device = 0x7FFFFFFF;

/// The node of a device's bundle.
std::string bundle_node(DeviceId);
/// The device whose bundle is in this node; 0: it is another node.
DeviceId device_of_node(const std::string& node);

/// Adds <list/> to an item.
void add_devices(Tag& item, const std::vector<DeviceId>&);
/// The devices of a <list/>, each once; nullopt if the element is none.
std::optional<std::vector<DeviceId>> devices_of(const Tag& list);
/// The notification that these are the devices of `from` (bare JID) [§4.2].
Stanza event(const std::string& from, const std::string& to, const std::vector<DeviceId>&);
/// What a notification of somebody's server says; nullopt if it is none of a device list.
std::optional<std::vector<DeviceId>> news_of(const Tag& message);

struct PreKey {
    std::uint32_t id = 0;
    std::string key;  // 33 bytes, type byte 5 first
    bool operator==(const PreKey&) const = default;
};

/// Public keys of a device. Only their sizes are checked.
struct Bundle {
    std::uint32_t signed_pre_key_id = 0;
    std::string signed_pre_key;  // 33 bytes, type byte 5 first
    std::string signature;       // 64 bytes
    std::string identity_key;    // 33 bytes, type byte 5 first
    std::vector<PreKey> pre_keys;
    bool operator==(const Bundle&) const = default;
};
/// Adds <bundle/> to an item.
void add_bundle(Tag& item, const Bundle&);
/// nullopt if the element is none, or lacks something; it may have no prekeys.
std::optional<Bundle> bundle_of(const Tag& bundle);

/// A <key/>: the message key, encrypted for one device.
struct Key {
    DeviceId rid = 0;
    bool is_prekey = false;
    std::string data;
    bool operator==(const Key&) const = default;
};

struct Encrypted {
    DeviceId sid = 0;
    std::vector<Key> keys;
    std::string iv;                      // 12 or 16 bytes; "": none
    std::optional<std::string> payload;  // nullopt: a KeyTransportElement [§4.6]
    bool operator==(const Encrypted&) const = default;

    /// The keys for this device. Several: one is for another user's device with the same id.
    std::vector<const Key*> keys_for(DeviceId) const;
};
/// Adds <encrypted/> to a message.
void add_encrypted(Tag& message, const Encrypted&);
/// Whether a message has this element, however broken.
bool is_encrypted(const Tag& message);
/// nullopt if the message has none, or a broken one. A key that is no base64 or too long is left out.
std::optional<Encrypted> encrypted_of(const Tag& message);

}  // namespace xmpp::xep0384
