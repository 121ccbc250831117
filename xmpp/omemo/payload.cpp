// AES-128-GCM by OpenSSL; see payload.h.

#include "xmpp/omemo/payload.h"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "xmpp/omemo/library.h"

namespace xmpp::omemo {
namespace {

constexpr std::size_t key_size = 16, tag_size = 16;
constexpr std::size_t iv_size = 12, older_iv_size = 16;  // COMPAT: clients before 2020 wrote 16 bytes

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

unsigned char* writable(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

}  // namespace

Sealed seal(std::string_view text) {
    if (text.size() > max_text) throw std::length_error("the text is too long for OMEMO");
    std::string key(key_size + tag_size, '\0');
    Sealed sealed{std::string(iv_size, '\0'), std::string(text.size(), '\0'), {}};
    if (!random(key.data(), key_size) || !random(sealed.iv.data(), iv_size))
        throw std::runtime_error("there are no random numbers");
    const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0, rest = 0;
    std::array<unsigned char, 16> none;
    const bool is_good =
        context && EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, bytes(key), bytes(sealed.iv)) == 1 &&
        EVP_EncryptUpdate(context.get(), writable(sealed.payload), &size, bytes(text), static_cast<int>(text.size())) ==
            1 &&
        EVP_EncryptFinal_ex(context.get(), none.data(), &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_size, writable(key) + key_size) == 1;
    sealed.key = Wiped(std::move(key));
    if (!is_good) throw std::bad_alloc();
    return sealed;
}

std::optional<std::string> open(std::string_view iv, std::string_view payload, std::string_view key) {
    if (iv.size() != iv_size && iv.size() != older_iv_size) return std::nullopt;
    if (payload.size() > max_text + tag_size) return std::nullopt;
    std::string tag;
    if (key.size() == key_size + tag_size) {
        tag = key.substr(key_size);
    } else if (key.size() == key_size && payload.size() >= tag_size) {  // COMPAT: clients before 2017
        tag = payload.substr(payload.size() - tag_size);
        payload.remove_suffix(tag_size);
    } else {
        return std::nullopt;
    }
    std::string text(payload.size(), '\0');
    const CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0, rest = 0;
    std::array<unsigned char, 16> none;
    const bool is_good =
        context && EVP_DecryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, nullptr, nullptr) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(iv.size()), nullptr) == 1 &&
        EVP_DecryptInit_ex(context.get(), nullptr, nullptr, bytes(key), bytes(iv)) == 1 &&
        EVP_DecryptUpdate(context.get(), writable(text), &size, bytes(payload), static_cast<int>(payload.size())) ==
            1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), none.data(), &rest) == 1;
    return is_good ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace xmpp::omemo
