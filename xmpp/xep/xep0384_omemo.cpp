// See xep0384_omemo.h.

#include "xmpp/xep/xep0384_omemo.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "xmpp/base64.h"
#include "xmpp/xep/xep0163_pep.h"

namespace xmpp::xep0384 {
namespace {

constexpr std::string_view bundle_prefix = "eu.siacs.conversations.axolotl.bundles:";
constexpr std::size_t public_size = 33, signature_size = 64;
constexpr std::size_t max_iv = 16;
constexpr char key_type = 5;

/// A whole number from 0 to `most`; nullopt for all else.
std::optional<std::uint32_t> number(std::string_view text, std::uint32_t most) {
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value > most) return std::nullopt;
    return value;
}

DeviceId device(std::string_view text) { return number(text, max_device).value_or(0); }

bool is(const Tag& tag, const char* name) { return tag.name() == name && namespace_of(tag) == ns; }

/// A public key of 33 bytes; "" if it is none.
std::string public_key(const Tag* tag) {
    std::string key = tag ? base64::decode(tag->cdata(), public_size) : "";
    return key.size() == public_size && key.front() == key_type ? key : "";
}

/// Calls `take(child)` for at most `most` children of this name.
void each(const Tag& parent, const char* name, std::size_t most, auto take) {
    for (const Tag* tag : parent.children()) {
        if (tag->name() != name) continue;
        if (most-- == 0) return;
        take(*tag);
    }
}

}  // namespace

std::string bundle_node(DeviceId id) { return std::string(bundle_prefix) + std::to_string(id); }

DeviceId device_of_node(const std::string& node) {
    return node.starts_with(bundle_prefix) ? device(std::string_view(node).substr(bundle_prefix.size())) : 0;
}

void add_devices(Tag& item, const std::vector<DeviceId>& devices) {
    Tag& list = add(item, "list", ns);
    for (const DeviceId id : devices) add(list, "device").addAttribute("id", std::to_string(id));
}

std::optional<std::vector<DeviceId>> devices_of(const Tag& list) {
    if (!is(list, "list")) return std::nullopt;
    std::vector<DeviceId> devices;
    each(list, "device", max_devices, [&](const Tag& tag) {
        const DeviceId id = device(attribute(tag, "id"));
        if (id != 0 && std::ranges::find(devices, id) == devices.end()) devices.push_back(id);
    });
    return devices;
}

Stanza event(const std::string& from, const std::string& to, const std::vector<DeviceId>& devices) {
    auto [message, item] = xep0163::notification(from, to, devices_node);
    item->addAttribute("id", item_id);
    add_devices(*item, devices);
    return std::move(message);
}

std::optional<std::vector<DeviceId>> news_of(const Tag& message) {
    const Tag* item = xep0163::item_of(message, devices_node);
    const Tag* list = item ? item->findChild("list") : nullptr;
    return list ? devices_of(*list) : std::nullopt;
}

void add_bundle(Tag& item, const Bundle& bundle) {
    Tag& all = add(item, "bundle", ns);
    add(all, "signedPreKeyPublic", {}, base64::encode(bundle.signed_pre_key))
        .addAttribute("signedPreKeyId", std::to_string(bundle.signed_pre_key_id));
    add(all, "signedPreKeySignature", {}, base64::encode(bundle.signature));
    add(all, "identityKey", {}, base64::encode(bundle.identity_key));
    Tag& pre_keys = add(all, "prekeys");
    for (const PreKey& key : bundle.pre_keys)
        add(pre_keys, "preKeyPublic", {}, base64::encode(key.key)).addAttribute("preKeyId", std::to_string(key.id));
}

std::optional<Bundle> bundle_of(const Tag& tag) {
    if (!is(tag, "bundle")) return std::nullopt;
    const Tag* signed_pre_key = tag.findChild("signedPreKeyPublic");
    const Tag* signature = tag.findChild("signedPreKeySignature");
    Bundle bundle;
    bundle.signed_pre_key = public_key(signed_pre_key);
    bundle.identity_key = public_key(tag.findChild("identityKey"));
    if (signature) bundle.signature = base64::decode(signature->cdata(), signature_size);
    if (bundle.signed_pre_key.empty() || bundle.identity_key.empty() || bundle.signature.size() != signature_size)
        return std::nullopt;
    const auto id = number(attribute(*signed_pre_key, "signedPreKeyId"), UINT32_MAX);
    if (!id) return std::nullopt;
    bundle.signed_pre_key_id = *id;
    if (const Tag* pre_keys = tag.findChild("prekeys")) {
        each(*pre_keys, "preKeyPublic", max_pre_keys, [&](const Tag& each_key) {
            const auto key_id = number(attribute(each_key, "preKeyId"), UINT32_MAX);
            std::string key = public_key(&each_key);
            if (key_id && !key.empty()) bundle.pre_keys.push_back({*key_id, std::move(key)});
        });
    }
    return bundle;
}

std::vector<const Key*> Encrypted::keys_for(DeviceId id) const {
    std::vector<const Key*> found;
    for (const Key& key : keys) {
        if (key.rid == id) found.push_back(&key);
    }
    return found;
}

void add_encrypted(Tag& message, const Encrypted& encrypted) {
    Tag& all = add(message, "encrypted", ns);
    Tag& header = add(all, "header");
    header.addAttribute("sid", std::to_string(encrypted.sid));
    for (const Key& each_key : encrypted.keys) {
        Tag& key = add(header, "key", {}, base64::encode(each_key.data));
        // COMPAT: python3-omemo reads prekey="false" as true.
        if (each_key.is_prekey) key.addAttribute("prekey", "true");
        key.addAttribute("rid", std::to_string(each_key.rid));
    }
    add(header, "iv", {}, base64::encode(encrypted.iv));
    if (encrypted.payload) add(all, "payload", {}, base64::encode(*encrypted.payload));
}

bool is_encrypted(const Tag& message) { return child(message, "encrypted", ns) != nullptr; }

std::optional<Encrypted> encrypted_of(const Tag& message) {
    const Tag* all = child(message, "encrypted", ns);
    const Tag* header = all ? all->findChild("header") : nullptr;
    if (!header) return std::nullopt;
    Encrypted encrypted;
    encrypted.sid = device(attribute(*header, "sid"));
    if (encrypted.sid == 0) return std::nullopt;
    each(*header, "key", max_keys, [&](const Tag& tag) {
        const DeviceId rid = device(attribute(tag, "rid"));
        const std::string& prekey = attribute(tag, "prekey");
        std::string data = rid == 0 ? "" : base64::decode(tag.cdata(), max_key_data);
        if (!data.empty()) encrypted.keys.push_back({rid, prekey == "true" || prekey == "1", std::move(data)});
    });
    if (const Tag* iv = header->findChild("iv")) encrypted.iv = base64::decode(iv->cdata(), max_iv);
    if (const Tag* payload = all->findChild("payload")) {
        encrypted.payload = base64::decode(payload->cdata(), max_payload);
        if (encrypted.payload->empty() && !payload->cdata().empty()) return std::nullopt;
    }
    return encrypted;
}

}  // namespace xmpp::xep0384
