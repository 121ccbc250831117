// RNP's handles as owned things, and a key ring that lives as long as one call.
//
// For the files of coi/crypt only. Everything that RNP writes goes through Sink, which has a limit.
// An rnp_ffi is not for several threads, so each call makes its own Ring.

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

/// What RNP says about a thing, or no, zero, if it says nothing.
template <class Value, class Handle>
Value asked(rnp_result_t (*function)(Handle, Value*), Handle of) {
    Value value{};
    return function(of, &value) == RNP_SUCCESS ? value : Value{};
}

/// A string that RNP gave, copied; "" if it gave none.
template <class Function, class... Arguments>
std::string text(Function function, Arguments... arguments) {
    Text owned;
    return made(owned, function, arguments...) ? std::string(owned.get()) : std::string();
}

/// While one lives, what this thread prints to stderr is dropped. Debian's RNP is built to report there whatever is
/// wrong with a message, without a switch: strangers would write into our log, some lines for each hidden recipient.
struct Quiet {
    Quiet();
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;
    ~Quiet();
};

/// For what is wrong with us or with RNP, not with the bytes.
inline Error trouble(const std::string& what) { return {ErrorKind::unsupported, true, "OpenPGP: " + what, 0, {}}; }

/// `bytes` must outlive it.
Input input(std::string_view bytes);

/// Bytes that RNP writes, up to a limit. Memory that it outgrows is wiped.
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
    /// `now`: the time by which keys are valid; nullopt for the clock's.
    explicit Ring(std::optional<std::chrono::sys_seconds> now = {});
    Ring(const Ring&) = delete;
    Ring& operator=(const Ring&) = delete;

    rnp_ffi_t ffi() const { return ffi_.get(); }
    /// Adds one key, binary or armoured, within its bounds (coi/crypt/bounds); the handle is its primary key's.
    Result<Key> add(std::string_view key, const Limits& = {});
    /// Who answers when RNP wants a passphrase: nullopt says no.
    void set_passphrase(std::function<std::optional<Secret>()>);

  private:
    static bool answer(rnp_ffi_t, void* self, rnp_key_handle_t, const char* context, char* buffer, size_t size);

    Quiet quiet_;
    Owned<rnp_ffi_t, rnp_ffi_destroy> ffi_;
    std::function<std::optional<Secret>()> passphrase_;
};

/// The 40 digits of a key, "" if it is not v4.
Fingerprint fingerprint(rnp_key_handle_t);
/// That of the primary key, of whichever part `key` is.
Fingerprint primary_fingerprint(rnp_key_handle_t key);

/// Whether the key is meant for `usage` ("sign", "encrypt"), valid or not.
bool allows(rnp_key_handle_t, const char* usage);

/// The primary key and its subkeys.
std::vector<Key> parts(Ring&, rnp_key_handle_t primary);

/// True if one of the key's parts can do `usage` now; with `secret`, if we can.
bool is_usable(Ring&, rnp_key_handle_t primary, const char* usage, bool secret);

/// Bytes without armour; ErrorKind::limit above `most`.
Result<std::string> binary(std::string_view bytes, std::size_t most);
/// With armour; `type` is RNP's name: "message", "public key", "secret key".
std::string armoured(std::string_view bytes, const char* type);

}  // namespace coi::openpgp::rnp
