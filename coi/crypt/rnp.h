// RNP's handles with ownership, and a key ring that lives as long as one call.
//
// Only for the files of coi/crypt. All output of RNP goes through Sink, which has a limit.
// An rnp_ffi is not thread-safe, so each call makes its own Ring.

#pragma once

#include <rnp/rnp.h>
#include <rnp/rnp_err.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/secret.h"
#include "coi/result.h"

namespace coi::openpgp::rnp {

template <auto destroy>
struct Destroy {
    template <class T>
    void operator()(T* handle) const {
        destroy(handle);
    }
};
template <class Handle, auto destroy>
using Owned = std::unique_ptr<std::remove_pointer_t<Handle>, Destroy<destroy>>;

using Input = Owned<rnp_input_t, rnp_input_destroy>;
using Output = Owned<rnp_output_t, rnp_output_destroy>;
using Key = Owned<rnp_key_handle_t, rnp_key_handle_destroy>;
using UserId = Owned<rnp_uid_handle_t, rnp_uid_handle_destroy>;
using Text = Owned<char*, rnp_buffer_destroy>;

/// A member function for out-parameters: `made(key, rnp_key_get_subkey_at, handle, 0)` is true if `key` now owns one.
template <class Owner, class Function, class... Arguments>
bool made(Owner& owner, Function function, Arguments... arguments) {
    typename Owner::pointer raw = nullptr;
    if (function(arguments..., &raw) != RNP_SUCCESS || raw == nullptr) return false;
    owner.reset(raw);
    return true;
}

/// The answer of RNP about an object; false or zero if it has none.
template <class Value, class Handle>
Value asked(rnp_result_t (*function)(Handle, Value*), Handle of) {
    Value value{};
    return function(of, &value) == RNP_SUCCESS ? value : Value{};
}

/// A copy of a string from RNP; "" if there is none.
template <class Function, class... Arguments>
std::string text(Function function, Arguments... arguments) {
    Text owned;
    return made(owned, function, arguments...) ? std::string(owned.get()) : std::string();
}

/// While it lives, stderr output of this thread is dropped. Debian's RNP reports every problem of a message there,
/// without a switch: strangers could write into the log, several lines per hidden recipient.
struct Quiet {
    Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet();
};

/// For faults of coigate or RNP, not of the bytes.
inline Error trouble(const std::string& what) { return {ErrorKind::unsupported, true, "OpenPGP: " + what, 0, {}}; }

/// `bytes` must outlive it.
Input input(std::string_view bytes);

/// Output of RNP, up to a limit. Memory that it outgrows is wiped.
class Sink {
  public:
    explicit Sink(std::size_t most) : most_(most) {}
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;
    ~Sink() { wipe(bytes_); }

    Output output();
    bool is_over() const { return over_; }
    std::string take() { return std::move(bytes_); }

  private:
    static bool write(void* self, const void* data, size_t size);
    static void wipe(std::string&);

    std::size_t most_;
    std::string bytes_;
    bool over_ = false;
};

/// Keys for one call.
class Ring {
  public:
    /// `now`: the time for the validity of keys; nullopt for the clock.
    explicit Ring(std::optional<std::chrono::sys_seconds> now = {});
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    rnp_ffi_t ffi() const { return ffi_.get(); }
    /// Adds one key, binary or armoured, within the limits of coi/crypt/bounds; returns the handle of its primary key.
    Result<Key> add(std::string_view key, const Limits& = {});
    /// The answer when RNP asks for a passphrase: nullopt refuses.
    void set_passphrase(std::function<std::optional<Secret>()>);

  private:
    static bool answer(rnp_ffi_t, void* self, rnp_key_handle_t, const char* context, char* buffer, size_t size);

    Quiet quiet_;
    Owned<rnp_ffi_t, rnp_ffi_destroy> ffi_;
    std::function<std::optional<Secret>()> passphrase_;
};

/// The 40 digits of a key's fingerprint, "" if it is not v4.
Fingerprint fingerprint(rnp_key_handle_t);
/// The fingerprint of the primary key, for any part `key` of it.
Fingerprint primary_fingerprint(rnp_key_handle_t key);

/// Whether the key is meant for `usage` ("sign", "encrypt"), valid or not.
bool allows(rnp_key_handle_t, const char* usage);

/// The primary key and its subkeys.
std::vector<Key> parts(Ring&, rnp_key_handle_t primary);

/// True if a part of the key can do `usage` now; with `secret`, if its secret part is there.
bool is_usable(Ring&, rnp_key_handle_t primary, const char* usage, bool secret);

/// Bytes without armour; ErrorKind::limit above `most`.
Result<std::string> binary(std::string_view bytes, std::size_t most);
/// With armour; `type` is RNP's name: "message", "public key", "secret key".
std::string armoured(std::string_view bytes, const char* type);

}  // namespace coi::openpgp::rnp
