// See xep0300_hashes.h.

#include "xmpp/xep/xep0300_hashes.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "xmpp/base64.h"

namespace xmpp::xep0300 {
namespace {

struct Function {
    std::string_view name;
    const EVP_MD* (*by)();
};
constexpr std::array<Function, 5> functions{{{sha_256, EVP_sha256},
                                             {"sha-512", EVP_sha512},
                                             {"sha3-256", EVP_sha3_256},
                                             {"sha3-512", EVP_sha3_512},
                                             {"blake2b-512", EVP_blake2b512}}};

/// nullptr: not known.
const EVP_MD* function_of(std::string_view name) {
    const auto* found = std::ranges::find(functions, name, &Function::name);
    return found == functions.end() ? nullptr : found->by();
}

}  // namespace

std::optional<Hash> hash_in(const Tag& element) {
    for (const Tag* said : element.children()) {
        if (said->name() != "hash" || namespace_of(*said) != ns) continue;
        const EVP_MD* function = function_of(attribute(*said, "algo"));
        if (function == nullptr) continue;
        std::string digest = base64::decode(said->cdata(), EVP_MAX_MD_SIZE);
        if (digest.size() == static_cast<std::size_t>(EVP_MD_get_size(function)))
            return Hash{attribute(*said, "algo"), std::move(digest)};
    }
    return std::nullopt;
}

void add_hash(Tag& to, const Hash& hash) {
    add(to, "hash", ns, base64::encode(hash.digest)).addAttribute("algo", hash.algorithm);
}

bool fits(std::string_view bytes, const Hash& hash) {
    const EVP_MD* function = function_of(hash.algorithm);
    if (function == nullptr) return false;
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, function,
                   nullptr) != 1)
        throw std::bad_alloc();
    digest.resize(size);
    return digest == hash.digest;
}

}  // namespace xmpp::xep0300
