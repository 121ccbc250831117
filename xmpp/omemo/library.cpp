// The algorithms that libomemo-c calls, by OpenSSL; see library.h. Nothing here throws: C calls it.

#include "xmpp/omemo/library.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace xmpp::omemo {
namespace {

constexpr std::size_t key_size = 32, public_key_size = 33;

EVP_MAC_CTX* hmac_sha256() {
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac);  // the context has its own reference
    char digest[] = "SHA256";
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                OSSL_PARAM_construct_end()};
    if (context != nullptr) EVP_MAC_CTX_set_params(context, parameters.data());
    return context;
}

/// Fetched once: OpenSSL's look-up by name costs more than an HMAC. Copied, never changed, by all threads.
struct Algorithms {
    EVP_MAC_CTX* hmac = hmac_sha256();
    EVP_MD* sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
    EVP_CIPHER* cbc = EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr);
};

const Algorithms& algorithms() {
    static const Algorithms all;
    return all;
}

int result(bool is_good) { return is_good ? SG_SUCCESS : SG_ERR_UNKNOWN; }

int random_bytes(std::uint8_t* data, std::size_t size, void*) { return result(random(data, size)); }

int hmac_init(void** context, const std::uint8_t* key, std::size_t size, void*) {
    EVP_MAC_CTX* mac = EVP_MAC_CTX_dup(algorithms().hmac);
    if (mac == nullptr) return SG_ERR_NOMEM;
    if (EVP_MAC_init(mac, key, size, nullptr) != 1) {
        EVP_MAC_CTX_free(mac);
        return SG_ERR_UNKNOWN;
    }
    *context = mac;
    return SG_SUCCESS;
}

int hmac_update(void* context, const std::uint8_t* data, std::size_t size, void*) {
    return result(EVP_MAC_update(static_cast<EVP_MAC_CTX*>(context), data, size) == 1);
}

int hmac_final(void* context, signal_buffer** output, void*) {
    std::array<std::uint8_t, 32> mac;
    std::size_t size = 0;
    if (EVP_MAC_final(static_cast<EVP_MAC_CTX*>(context), mac.data(), &size, mac.size()) != 1) return SG_ERR_UNKNOWN;
    *output = signal_buffer_create(mac.data(), size);
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

void hmac_cleanup(void* context, void*) { EVP_MAC_CTX_free(static_cast<EVP_MAC_CTX*>(context)); }

int sha512_init(void** context, void*) {
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    if (digest == nullptr) return SG_ERR_NOMEM;
    if (EVP_DigestInit_ex2(digest, algorithms().sha512, nullptr) != 1) {
        EVP_MD_CTX_free(digest);
        return SG_ERR_UNKNOWN;
    }
    *context = digest;
    return SG_SUCCESS;
}

int sha512_update(void* context, const std::uint8_t* data, std::size_t size, void*) {
    return result(EVP_DigestUpdate(static_cast<EVP_MD_CTX*>(context), data, size) == 1);
}

int sha512_final(void* context, signal_buffer** output, void*) {
    auto* digest = static_cast<EVP_MD_CTX*>(context);
    std::array<std::uint8_t, 64> hash;
    unsigned size = 0;
    if (EVP_DigestFinal_ex(digest, hash.data(), &size) != 1) return SG_ERR_UNKNOWN;
    if (EVP_DigestInit_ex2(digest, algorithms().sha512, nullptr) != 1) return SG_ERR_UNKNOWN;  // for its reuse
    *output = signal_buffer_create(hash.data(), size);
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

void sha512_cleanup(void* context, void*) { EVP_MD_CTX_free(static_cast<EVP_MD_CTX*>(context)); }

/// AES-256-CBC with padding, which is all that version 3 uses.
int cipher(bool encrypts, signal_buffer** output, int mode, const std::uint8_t* key, std::size_t key_length,
           const std::uint8_t* iv, std::size_t iv_length, const std::uint8_t* data, std::size_t size) {
    constexpr std::size_t block = 16;
    if (mode != SG_CIPHER_AES_CBC_PKCS5 || key_length != 32 || iv_length != block) return SG_ERR_INVAL;
    if (size > std::numeric_limits<int>::max() - block) return SG_ERR_INVAL;
    const Buffer room(signal_buffer_alloc(size + block));
    const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                  EVP_CIPHER_CTX_free);
    if (!room || !context) return SG_ERR_NOMEM;
    std::uint8_t* to = signal_buffer_data(room.get());
    int length = 0, rest = 0;
    const bool is_good = EVP_CipherInit_ex2(context.get(), algorithms().cbc, key, iv, encrypts ? 1 : 0, nullptr) == 1 &&
                         EVP_CipherUpdate(context.get(), to, &length, data, static_cast<int>(size)) == 1 &&
                         EVP_CipherFinal_ex(context.get(), to + length, &rest) == 1;
    if (!is_good) return SG_ERR_INVALID_MESSAGE;
    *output = signal_buffer_create(to, static_cast<std::size_t>(length + rest));
    return *output == nullptr ? SG_ERR_NOMEM : SG_SUCCESS;
}

int encrypt(signal_buffer** output, int mode, const std::uint8_t* key, std::size_t key_length, const std::uint8_t* iv,
            std::size_t iv_length, const std::uint8_t* data, std::size_t size, void*) {
    return cipher(true, output, mode, key, key_length, iv, iv_length, data, size);
}

int decrypt(signal_buffer** output, int mode, const std::uint8_t* key, std::size_t key_length, const std::uint8_t* iv,
            std::size_t iv_length, const std::uint8_t* data, std::size_t size, void*) {
    return cipher(false, output, mode, key, key_length, iv, iv_length, data, size);
}

constexpr signal_crypto_provider provider{
    .random_func = random_bytes,
    .hmac_sha256_init_func = hmac_init,
    .hmac_sha256_update_func = hmac_update,
    .hmac_sha256_final_func = hmac_final,
    .hmac_sha256_cleanup_func = hmac_cleanup,
    .sha512_digest_init_func = sha512_init,
    .sha512_digest_update_func = sha512_update,
    .sha512_digest_final_func = sha512_final,
    .sha512_digest_cleanup_func = sha512_cleanup,
    .encrypt_func = encrypt,
    .decrypt_func = decrypt,
    .user_data = nullptr,
};

}  // namespace

std::string_view view(const signal_buffer* buffer) {
    return {reinterpret_cast<const char*>(signal_buffer_const_data(buffer)),
            signal_buffer_len(const_cast<signal_buffer*>(buffer))};
}

signal_buffer* new_buffer(std::string_view content) { return signal_buffer_create(bytes(content), content.size()); }

Context new_context() {
    signal_context* context = nullptr;
    if (signal_context_create(&context, nullptr) < 0) throw std::bad_alloc();
    Context owned(context);
    if (signal_context_set_crypto_provider(context, &provider) < 0) throw std::bad_alloc();
    return owned;
}

bool random(void* to, std::size_t size) {
    return size <= std::numeric_limits<int>::max() &&
           RAND_priv_bytes(static_cast<unsigned char*>(to), static_cast<int>(size)) == 1;
}

Ref<ec_public_key> public_key(std::string_view key, signal_context* context) {
    if (key.size() != public_key_size) return nullptr;  // the library reads 32 bytes as a key of another curve
    return made<ec_public_key>(
        [&](ec_public_key** out) { return curve_decode_point(out, bytes(key), key.size(), context); });
}

Ref<ec_private_key> private_key(std::string_view key, signal_context* context) {
    return made<ec_private_key>(
        [&](ec_private_key** out) { return curve_decode_private_point(out, bytes(key), key.size(), context); });
}

bool is_weak(const ec_public_key* key) {
    // Any private key gives zero with a point of small order, because it is a multiple of eight.
    std::array<std::uint8_t, key_size> any{};
    any.fill(0x42);
    const auto scalar = made<ec_private_key>(
        [&](ec_private_key** out) { return curve_decode_private_point(out, any.data(), any.size(), nullptr); });
    std::uint8_t* shared = nullptr;
    if (!scalar || curve_calculate_agreement(&shared, key, scalar.get()) != static_cast<int>(key_size)) return true;
    const bool is_zero = std::all_of(shared, shared + key_size, [](std::uint8_t byte) { return byte == 0; });
    std::free(shared);
    return is_zero;
}

}  // namespace xmpp::omemo
