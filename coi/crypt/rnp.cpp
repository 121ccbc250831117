// RNP behind handles with ownership. Callers convert its errors, because they know what they requested.

#include "coi/crypt/rnp.h"

#include <openssl/crypto.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <stdexcept>

#include "coi/crypt/bounds.h"

namespace coi::openpgp::rnp {
namespace {

thread_local int quiet = 0;

ssize_t write_error(void*, const char* bytes, std::size_t size) {
    if (quiet > 0) return static_cast<ssize_t>(size);
    return ::write(STDERR_FILENO, bytes, size);
}

/// glibc's stderr is a variable: it is set to a stream that checks `quiet`. Before main, so before any thread.
const bool replaced = [] {
    std::FILE* const asking = fopencookie(nullptr, "w", {nullptr, write_error, nullptr, nullptr});
    if (asking == nullptr || std::setvbuf(asking, nullptr, _IONBF, 0) != 0) return false;
    stderr = asking;
    return true;
}();

constexpr std::string_view fingerprint_label = "\"fingerprint\"";

}  // namespace

Quiet::Quiet() { quiet += replaced ? 1 : 0; }
Quiet::~Quiet() { quiet -= replaced ? 1 : 0; }

Input input(std::string_view bytes) {
    // RNP rejects an empty input; a byte that begins no packet is rejected later, as it should be.
    if (bytes.empty()) bytes = " ";
    rnp_input_t raw = nullptr;
    if (rnp_input_from_memory(&raw, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), false) !=
        RNP_SUCCESS) {
        throw std::runtime_error("RNP gives no input");
    }
    return Input(raw);
}

Output Sink::output() {
    rnp_output_t raw = nullptr;
    if (rnp_output_to_callback(&raw, &Sink::write, nullptr, this) != RNP_SUCCESS)
        throw std::runtime_error("RNP gives no output");
    return Output(raw);
}

bool Sink::write(void* self, const void* data, size_t size) {
    auto& sink = *static_cast<Sink*>(self);
    if (size > sink.most_ - sink.bytes_.size()) sink.over_ = true;
    if (sink.over_) return false;
    if (sink.bytes_.capacity() - sink.bytes_.size() < size) {
        std::string larger;
        larger.reserve(std::max(sink.bytes_.size() + size, sink.bytes_.capacity() * 2));
        larger.append(sink.bytes_);
        sink.bytes_.swap(larger);
        wipe(larger);
    }
    sink.bytes_.append(static_cast<const char*>(data), size);
    return true;
}

void Sink::wipe(std::string& bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

Ring::Ring(std::optional<std::chrono::sys_seconds> now) {
    rnp_ffi_t raw = nullptr;
    if (rnp_ffi_create(&raw, RNP_KEYSTORE_GPG, RNP_KEYSTORE_GPG) != RNP_SUCCESS)
        throw std::runtime_error("RNP gives no key ring");
    ffi_.reset(raw);
    // RNP's own time() uses the kernel's coarse clock, which is up to 4 ms late: new keys would seem to be from the
    // future.
    const auto at = now.value_or(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    rnp_set_timestamp(raw, static_cast<std::uint64_t>(at.time_since_epoch().count()));
    rnp_ffi_set_pass_provider(raw, &Ring::answer, this);
}

Result<Key> Ring::add(std::string_view key, const Limits& limits) {
    auto bytes = binary(key, limits.key_bytes);
    if (!bytes) return bytes.error();
    const Secret whole(std::move(*bytes));  // it may be a secret key
    auto bounded = bounded_key(whole.bytes());
    if (!bounded) return bounded.error();
    const Secret held(std::move(*bounded));
    const auto wanted = RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS | RNP_LOAD_SAVE_PERMISSIVE;
    const auto from = input(held.bytes());
    const std::string news = text([&](char** out) { return rnp_import_keys(ffi(), from.get(), wanted, out); });
    // The result is JSON with the primary key and its subkeys.
    Key found;
    for (std::size_t at = 0; (at = news.find(fingerprint_label, at)) != std::string::npos;) {
        const auto begin = news.find('"', at + fingerprint_label.size());
        const auto end = begin == std::string::npos ? begin : news.find('"', begin + 1);
        if (end == std::string::npos) break;
        const std::string digits = news.substr(begin + 1, end - begin - 1);
        if (made(found, rnp_locate_key, ffi(), "fingerprint", digits.c_str()) &&
            asked(rnp_key_is_primary, found.get()) && !fingerprint(found.get()).empty()) {
            return found;
        }
        at = end;
    }
    return malformed("not a usable OpenPGP key");
}

void Ring::set_passphrase(std::function<std::optional<Secret>()> passphrase) { passphrase_ = std::move(passphrase); }

bool Ring::answer(rnp_ffi_t, void* self, rnp_key_handle_t, const char*, char* buffer, size_t size) {
    const auto& asked_for = static_cast<Ring*>(self)->passphrase_;
    const auto secret = asked_for ? asked_for() : std::nullopt;
    if (!secret || secret->bytes().size() >= size) return false;
    const auto end = std::ranges::copy(secret->bytes(), buffer).out;
    *end = '\0';
    return true;
}

Fingerprint fingerprint(rnp_key_handle_t key) {
    Fingerprint digits = text(rnp_key_get_fprint, key);
    return digits.size() == 40 ? digits : Fingerprint();
}

Fingerprint primary_fingerprint(rnp_key_handle_t key) {
    return asked(rnp_key_is_primary, key) ? fingerprint(key) : text(rnp_key_get_primary_fprint, key);
}

bool allows(rnp_key_handle_t key, const char* usage) {
    bool yes = false;
    return rnp_key_allows_usage(key, usage, &yes) == RNP_SUCCESS && yes;
}

std::vector<Key> parts(Ring& ring, rnp_key_handle_t primary) {
    std::vector<Key> all(1);
    made(all[0], rnp_locate_key, ring.ffi(), "fingerprint", fingerprint(primary).c_str());
    for (std::size_t i = 0; i < asked(rnp_key_get_subkey_count, primary); ++i) {
        Key subkey;
        if (made(subkey, rnp_key_get_subkey_at, primary, i)) all.push_back(std::move(subkey));
    }
    return all;
}

bool is_usable(Ring& ring, rnp_key_handle_t primary, const char* usage, bool secret) {
    return std::ranges::any_of(parts(ring, primary), [&](const Key& key) {
        return asked(rnp_key_is_valid, key.get()) && allows(key.get(), usage) &&
               (!secret || asked(rnp_key_have_secret, key.get()));
    });
}

Result<std::string> binary(std::string_view bytes, std::size_t most) {
    // Armour may be larger by half, plus a page of header lines.
    if (bytes.size() > most + most / 2 + 4096) return over_limit("the OpenPGP data is too large");
    if (bytes.empty()) return malformed("no OpenPGP data");
    if ((static_cast<unsigned char>(bytes[0]) & 0x80) != 0) {
        if (bytes.size() > most) return over_limit("the OpenPGP data is too large");
        return std::string(bytes);
    }
    const Quiet silence;
    Sink sink(most);
    // COMPAT: RNP 0.16 requires a line end after armour without a checksum [RFC 9580 §6.1] if its base64 has no
    // padding.
    std::string copy;
    copy.reserve(bytes.size() + 1);
    const Secret lines(std::move(copy.append(bytes).append("\n")));
    const auto from = input(lines.bytes());
    {
        const auto to = sink.output();
        if (rnp_dearmor(from.get(), to.get()) != RNP_SUCCESS || rnp_output_finish(to.get()) != RNP_SUCCESS) {
            return sink.is_over() ? over_limit("the OpenPGP data is too large")
                                  : malformed("the OpenPGP armour is broken");
        }
    }
    return sink.take();
}

std::string armoured(std::string_view bytes, const char* type) {
    const Quiet silence;
    Sink sink(bytes.size() * 2 + 4096);
    const auto from = input(bytes);
    {
        const auto to = sink.output();
        if (rnp_enarmor(from.get(), to.get(), type) != RNP_SUCCESS || rnp_output_finish(to.get()) != RNP_SUCCESS)
            throw std::runtime_error("RNP gives no armour");
    }
    return sink.take();
}

}  // namespace coi::openpgp::rnp
