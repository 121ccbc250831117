// See sha256.h.

#include "coi/crypt/sha256.h"

#include <openssl/evp.h>

#include <new>

namespace coi {

std::string sha256(std::string_view bytes) {
    constexpr std::size_t digest_size = 32;
    std::string digest(digest_size, '\0');
    auto* to = reinterpret_cast<unsigned char*>(digest.data());
    if (EVP_Digest(bytes.data(), bytes.size(), to, nullptr, EVP_sha256(), nullptr) != 1) throw std::bad_alloc();
    return digest;
}

}  // namespace coi
