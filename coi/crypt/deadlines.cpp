// Calls as requests, and their execution; see deadlines.h.

#include "coi/crypt/deadlines.h"

#include <cstdint>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "coi/crypt/confined.h"
#include "coi/crypt/in_process.h"
#include "coi/crypt/openpgp.h"
#include "coi/crypt/packed.h"
#include "coi/crypt/rnp.h"

namespace coi::openpgp {
namespace {

using namespace std::chrono_literals;

/// The budget for mail. Usual is a millisecond; decryption with RSA of 8192 bits takes 0.1 s.
constexpr std::chrono::milliseconds for_mail = 1s;
/// The budget for a user's command: a passphrase takes up to 0.3 s for each part of a key, as its owner chose.
constexpr std::chrono::milliseconds for_user = 5s;
constexpr std::size_t per_second = 8 * 1024 * 1024;  // large messages: 60 MB/s and more were measured
constexpr auto beyond_cpu = 10;                      // wall time as a multiple of CPU time, for a busy machine

enum class Call : std::uint8_t {
    generate,
    inspect,
    public_key,
    minimal,
    merge,
    export_key,
    import_key,
    encrypt,
    decrypt,
    verify,
    decrypt_with_passphrase,
};

/// A function with parameters as values: the content of a request.
template <class R, class... Parameters>
std::string answered(R (*function)(Parameters...), packed::Reader& request) {
    std::tuple<std::remove_cvref_t<Parameters>...> parameters{request.get<std::remove_cvref_t<Parameters>>()...};
    if (!request.is_done()) throw std::logic_error("a request of another form");
    return packed::Writer::pack(std::apply(function, parameters));
}

std::string serve(std::string_view bytes) {
    packed::Reader request(bytes);
    switch (request.get<Call>()) {
        case Call::generate:
            return answered(in_process::generate, request);
        case Call::inspect:
            return answered(in_process::inspect, request);
        case Call::public_key:
            return answered(in_process::public_key, request);
        case Call::minimal:
            return answered(in_process::minimal, request);
        case Call::merge:
            return answered(in_process::merge, request);
        case Call::export_key:
            return answered(in_process::export_key, request);
        case Call::import_key:
            return answered(in_process::import_key, request);
        case Call::encrypt:
            return answered(in_process::encrypt, request);
        case Call::decrypt:
            return answered(in_process::decrypt, request);
        case Call::verify:
            return answered(in_process::verify, request);
        case Call::decrypt_with_passphrase:
            return answered(in_process::decrypt_with_passphrase, request);
    }
    throw std::logic_error("a request of another form");
}

/// Botan opens /dev/urandom for a key ring, and keeps it open.
void open_random() { const rnp::Ring ring; }

template <class R>
R failed(Error error) {
    if constexpr (std::is_same_v<R, Verdict>) {
        return {};
    } else {
        return error;
    }
}

template <class R, class... Parameters, class... Arguments>
R ask(Call call, std::chrono::milliseconds cpu, R (*function)(Parameters...), const Arguments&... arguments) {
    Confined* const confined = Confined::current();
    if (confined == nullptr) return function(arguments...);
    const Secret request(packed::Writer::pack(call, static_cast<const std::remove_cvref_t<Parameters>&>(arguments)...));
    const std::size_t size = request.bytes().size();
    cpu += std::chrono::milliseconds(1000 * size / per_second);
    auto bytes = confined->call(request.bytes(), {cpu, beyond_cpu * cpu, 2 * size + Limits().plain_bytes});
    if (!bytes) return failed<R>(std::move(bytes.error()));
    const Secret answer(std::move(*bytes));
    packed::Reader reader(answer.bytes());
    R result = reader.get<R>();
    if (!reader.is_done()) return failed<R>(malformed("no answer of OpenPGP's process"));
    return result;
}

}  // namespace

const zygote::Work confined_work{serve, open_random};

Result<Secret> generate(const Address& own, std::chrono::sys_seconds now) {
    return ask(Call::generate, for_mail, in_process::generate, own, now);
}

Result<KeyInfo> inspect(std::string_view key, std::chrono::sys_seconds now, const Limits& limits) {
    return ask(Call::inspect, for_mail, in_process::inspect, key, now, limits);
}

Result<std::string> public_key(const Secret& key, const Address& own) {
    return ask(Call::public_key, for_mail, in_process::public_key, key, own);
}

Result<std::string> minimal(std::string_view public_key, const Address& owner) {
    return ask(Call::minimal, for_mail, in_process::minimal, public_key, owner);
}

Result<std::string> merge(std::string_view known, std::string_view seen) {
    return ask(Call::merge, for_mail, in_process::merge, known, seen);
}

Result<Secret> export_key(const Secret& key, const Secret& passphrase) {
    return ask(Call::export_key, for_user, in_process::export_key, key, passphrase);
}

Result<Secret> import_key(std::string_view key, const Secret& passphrase) {
    return ask(Call::import_key, for_user, in_process::import_key, key, passphrase);
}

Result<std::string> encrypt(std::string_view plain, const std::vector<std::string>& to, const Secret& signer,
                            bool hide_recipients) {
    return ask(Call::encrypt, for_mail, in_process::encrypt, plain, to, signer, hide_recipients);
}

Result<Opened> decrypt(std::string_view message, const Secret& own, const std::vector<std::string>& signers,
                       const Limits& limits) {
    return ask(Call::decrypt, for_mail, in_process::decrypt, message, own, signers, limits);
}

Verdict verify(std::string_view signed_bytes, std::string_view signature, const std::vector<std::string>& signers,
               const std::optional<Fingerprint>& reader) {
    return ask(Call::verify, for_mail, in_process::verify, signed_bytes, signature, signers, reader);
}

Result<Secret> decrypt_with_passphrase(std::string_view message, const Secret& passphrase, const Limits& limits) {
    return ask(Call::decrypt_with_passphrase, for_user, in_process::decrypt_with_passphrase, message, passphrase,
               limits);
}

}  // namespace coi::openpgp
