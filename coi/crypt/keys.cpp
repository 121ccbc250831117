// Keys: generation, inspection, minimal keys for mail headers, export and import.
//
// [Autocrypt §"OpenPGP Based key data"], [RFC 9580 §10.1]. Left out: v6 keys, smartcards, changing or revoking a key.

#include <algorithm>
#include <cstdint>

#include "coi/crypt/in_process.h"
#include "coi/crypt/key_relays.h"
#include "coi/crypt/openpgp.h"
#include "coi/crypt/rnp.h"

namespace coi::openpgp {
namespace {

using rnp::asked;
using rnp::made;
using Generation = rnp::Owned<rnp_op_generate_t, rnp_op_generate_destroy>;

/// Runs a prepared key generation; false if RNP fails.
bool generated(Generation& operation, rnp::Key& key) {
    // RNP's default is two years; an Autocrypt key does not expire.
    return rnp_op_generate_set_expiration(operation.get(), 0) == RNP_SUCCESS &&
           rnp_op_generate_execute(operation.get()) == RNP_SUCCESS &&
           made(key, rnp_op_generate_get_key, operation.get());
}

/// A subkey that could encrypt if it were not expired.
bool has_expired_encryption(rnp::Ring& ring, rnp_key_handle_t primary) {
    return std::ranges::any_of(rnp::parts(ring, primary), [](const rnp::Key& key) {
        return rnp::allows(key.get(), "encrypt") && asked(rnp_key_is_expired, key.get());
    });
}

/// The user id with `owner`, else the first valid one.
std::string user_id_of(rnp_key_handle_t primary, const Address& owner) {
    std::string first;
    for (std::size_t i = 0; i < asked(rnp_key_get_uid_count, primary); ++i) {
        rnp::UserId user_id;
        bool valid = false;
        if (!made(user_id, rnp_key_get_uid_handle_at, primary, i) ||
            rnp_uid_is_valid(user_id.get(), &valid) != RNP_SUCCESS || !valid) {
            continue;
        }
        const std::string value = rnp::text(rnp_key_get_uid_at, primary, i);
        const auto addresses = parse_address_list(value, 1);
        if (!addresses.empty() && addresses.front().canonical() == owner.canonical()) return value;
        if (first.empty()) first = value;
    }
    return first;
}

Result<std::string> exported(rnp_key_handle_t key, std::uint32_t flags, std::size_t most) {
    rnp::Sink sink(most);
    {
        const auto to = sink.output();
        if (rnp_key_export(key, to.get(), flags | RNP_KEY_EXPORT_SUBKEYS) != RNP_SUCCESS ||
            rnp_output_finish(to.get()) != RNP_SUCCESS) {
            return sink.is_over() ? over_limit("the OpenPGP key is too large")
                                  : rnp::trouble("the key cannot be exported");
        }
    }
    return sink.take();
}

/// The primary key, one user id, one encryption subkey; other forms of keys stay whole.
Result<std::string> minimal_of(rnp::Ring& ring, rnp_key_handle_t primary, const Address& owner) {
    if (!rnp::is_usable(ring, primary, "encrypt", false)) {
        return Error{ErrorKind::refused,
                     true,
                     "the OpenPGP key " + rnp::fingerprint(primary) + " cannot encrypt (expired or revoked)",
                     0,
                     {}};
    }
    const std::string user_id = user_id_of(primary, owner);
    const std::size_t most = Limits().key_bytes;
    rnp::Sink sink(most);
    bool done = false;
    if (!user_id.empty()) {
        const auto to = sink.output();
        done = rnp_key_export_autocrypt(primary, nullptr, user_id.c_str(), to.get(), 0) == RNP_SUCCESS &&
               rnp_output_finish(to.get()) == RNP_SUCCESS;
    }
    if (done) return sink.take();
    return exported(primary, RNP_KEY_EXPORT_PUBLIC, most);
}

/// Removes what strangers can add to a key, so that it does not grow.
void drop_foreign_signatures(rnp::Ring& ring, rnp_key_handle_t primary) {
    for (const auto& part : rnp::parts(ring, primary)) {
        rnp_key_remove_signatures(
            part.get(), RNP_KEY_SIGNATURE_INVALID | RNP_KEY_SIGNATURE_UNKNOWN_KEY | RNP_KEY_SIGNATURE_NON_SELF_SIG,
            nullptr, nullptr);
    }
    for (std::size_t i = asked(rnp_key_get_uid_count, primary); i-- > 0;) {
        rnp::UserId user_id;
        std::size_t signatures = 0;
        if (made(user_id, rnp_key_get_uid_handle_at, primary, i) &&
            rnp_uid_get_signature_count(user_id.get(), &signatures) == RNP_SUCCESS && signatures == 0) {
            rnp_uid_remove(primary, user_id.get());
        }
    }
}

/// True for parts without their secret: a primary key kept offline, a card.
bool is_stub(rnp_key_handle_t key) {
    const std::string type = rnp::text(rnp_key_get_protection_type, key);
    return !asked(rnp_key_have_secret, key) || type == "GPG-None" || type == "GPG-Smartcard";
}

Result<void> unlock(rnp::Ring& ring, rnp_key_handle_t primary, const Secret& passphrase) {
    for (const auto& key : rnp::parts(ring, primary)) {
        if (is_stub(key.get()) || !asked(rnp_key_is_protected, key.get())) continue;
        const auto result = rnp_key_unprotect(key.get(), passphrase.c_str());
        if (result != RNP_SUCCESS)
            return Error{ErrorKind::auth, true, "the passphrase does not open the OpenPGP key", 0, {}};
    }
    return {};
}

}  // namespace

std::string grouped(const Fingerprint& digits) {
    std::string out;
    for (std::size_t at = 0; at < digits.size(); at += 4) {
        if (at != 0) out += ' ';
        out.append(digits, at, 4);
    }
    return out;
}

namespace in_process {

Result<Secret> generate(const Address& own, std::chrono::sys_seconds now) {
    rnp::Ring ring(now);
    const std::string user_id = '<' + own.addr_spec() + '>';
    Generation primary, subkey;
    rnp::Key key, encryption;
    if (!made(
            primary, [](rnp_ffi_t ffi, rnp_op_generate_t* out) { return rnp_op_generate_create(out, ffi, "EDDSA"); },
            ring.ffi()) ||
        rnp_op_generate_set_userid(primary.get(), user_id.c_str()) != RNP_SUCCESS || !generated(primary, key)) {
        return rnp::trouble("no key could be made");
    }
    const auto create_subkey = [](rnp_ffi_t ffi, rnp_key_handle_t of, rnp_op_generate_t* out) {
        return rnp_op_generate_subkey_create(out, ffi, of, "ECDH");
    };
    if (!made(subkey, create_subkey, ring.ffi(), key.get()) ||
        rnp_op_generate_set_curve(subkey.get(), "Curve25519") != RNP_SUCCESS || !generated(subkey, encryption)) {
        return rnp::trouble("no encryption key could be made");
    }
    auto bytes = exported(key.get(), RNP_KEY_EXPORT_SECRET, Limits().key_bytes);
    if (!bytes) return bytes.error();
    return Secret(std::move(*bytes));
}

Result<KeyInfo> inspect(std::string_view key, std::chrono::sys_seconds now, const Limits& limits) {
    rnp::Ring ring(now);
    auto primary = ring.add(key, limits);
    if (!primary) return primary.error();
    auto* const handle = primary->get();
    KeyInfo info;
    info.fingerprint = rnp::fingerprint(handle);
    for (std::size_t i = 0; i < asked(rnp_key_get_uid_count, handle); ++i)
        info.user_ids.push_back(rnp::text(rnp_key_get_uid_at, handle, i));
    info.created = std::chrono::sys_seconds(std::chrono::seconds(asked(rnp_key_get_creation, handle)));
    info.is_secret = asked(rnp_key_have_secret, handle);
    info.can_encrypt = rnp::is_usable(ring, handle, "encrypt", false);
    info.can_sign = rnp::is_usable(ring, handle, "sign", false);
    info.revoked = asked(rnp_key_is_revoked, handle);
    info.expired = asked(rnp_key_is_expired, handle) ||
                   (!info.can_encrypt && !info.revoked && has_expired_encryption(ring, handle));
    info.relays = relays_of(handle);
    return info;
}

Result<std::string> public_key(const Secret& key, const Address& own) {
    rnp::Ring ring;
    auto primary = ring.add(key.bytes());
    if (!primary) return primary.error();
    return minimal_of(ring, primary->get(), own);
}

Result<std::string> minimal(std::string_view public_key, const Address& owner) {
    rnp::Ring ring;
    auto primary = ring.add(public_key);
    if (!primary) return primary.error();
    return minimal_of(ring, primary->get(), owner);
}

Result<std::string> merge(std::string_view known, std::string_view seen) {
    rnp::Ring ring;
    const auto primary = ring.add(known);
    if (!primary) return primary.error();
    const auto copy = ring.add(seen);  // RNP merges both
    if (!copy) return copy.error();
    if (rnp::fingerprint(primary->get()) != rnp::fingerprint(copy->get()))
        return malformed("copies of two different OpenPGP keys");
    drop_foreign_signatures(ring, copy->get());
    drop_replaced(copy->get());
    return exported(copy->get(), RNP_KEY_EXPORT_PUBLIC, Limits().key_bytes);
}

Result<Secret> export_key(const Secret& key, const Secret& passphrase) {
    rnp::Ring ring;
    auto primary = ring.add(key.bytes());
    if (!primary) return primary.error();
    for (const auto& part : rnp::parts(ring, primary->get())) {
        if (passphrase.empty() || is_stub(part.get())) continue;
        if (rnp_key_protect(part.get(), passphrase.c_str(), RNP_ALGNAME_AES_256, nullptr, RNP_ALGNAME_SHA256, 0) !=
            RNP_SUCCESS) {
            return rnp::trouble("the key cannot be protected");
        }
    }
    auto bytes = exported(primary->get(), RNP_KEY_EXPORT_SECRET | RNP_KEY_EXPORT_ARMORED, Limits().key_bytes * 2);
    if (!bytes) return bytes.error();
    return Secret(std::move(*bytes));
}

Result<Secret> import_key(std::string_view key, const Secret& passphrase) {
    rnp::Ring ring;
    auto primary = ring.add(key);
    if (!primary) return primary.error();
    auto* const handle = primary->get();
    if (!rnp::is_usable(ring, handle, "sign", true) || !rnp::is_usable(ring, handle, "encrypt", true))
        return malformed("not a secret OpenPGP key that can sign and encrypt now");
    auto open = unlock(ring, handle, passphrase);
    if (!open) return open.error();
    auto bytes = exported(handle, RNP_KEY_EXPORT_SECRET, Limits().key_bytes);
    if (!bytes) return bytes.error();
    return Secret(std::move(*bytes));
}

}  // namespace in_process
}  // namespace coi::openpgp
