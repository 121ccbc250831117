// AES-256-GCM by OpenSSL's EVP; the layout of a sealed blob is in seal.h.
//
// Ciphers and MAC are set up with their keys once: in OpenSSL 3 this takes longer than to seal a message. All methods
// are const and may be called from any thread; the contexts are used by one at a time.

#include "gateway/store/seal.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <cstring>
#include <mutex>
#include <utility>

#include "gateway/store/store_error.h"

namespace gateway {
namespace {

constexpr char version = 1;
constexpr std::size_t id_size = 4, nonce_size = 12, tag_size = 16, head_size = 1 + id_size + nonce_size;

template <auto Free>
struct Release {
    template <class T>
    void operator()(T* pointer) const {
        Free(pointer);
    }
};
using Cipher = std::unique_ptr<EVP_CIPHER, Release<EVP_CIPHER_free>>;
using Context = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC_CTX, Release<EVP_MAC_CTX_free>>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// For calls that fail only without memory or with a broken library.
void require(bool worked) {
    if (!worked) throw StoreError("OpenSSL failed while sealing; is the machine out of memory?");
}

/// Random bytes for many nonces at once: a call of OpenSSL's generator costs more than sealing a message.
void draw_nonce(unsigned char* nonce) {
    thread_local std::array<unsigned char, 64 * nonce_size> drawn;
    thread_local std::size_t used = drawn.size();
    if (used == drawn.size()) {
        require(RAND_bytes(drawn.data(), drawn.size()) == 1);
        used = 0;
    }
    std::memcpy(nonce, drawn.data() + used, nonce_size);
    used += nonce_size;
}

/// HMAC-SHA-256, ready for one text.
Mac mac_of(const Seal::Key& key) {
    const std::unique_ptr<EVP_MAC, Release<EVP_MAC_free>> hmac{EVP_MAC_fetch(nullptr, "HMAC", nullptr)};
    Mac mac{hmac ? EVP_MAC_CTX_new(hmac.get()) : nullptr};
    std::string digest = "SHA256";
    const std::array<OSSL_PARAM, 2> settings{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                             OSSL_PARAM_construct_end()};
    require(mac && EVP_MAC_init(mac.get(), key.data(), key.size(), settings.data()) == 1);
    return mac;
}

std::string digest_of(Mac mac, std::string_view bytes) {
    std::string digest(32, '\0');
    std::size_t size = 0;
    require(mac && EVP_MAC_update(mac.get(), bytes_of(bytes), bytes.size()) == 1 &&
            EVP_MAC_final(mac.get(), bytes_of(digest), &size, digest.size()) == 1);
    return digest;
}

std::string hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const unsigned char byte : bytes) out += {digits[byte >> 4], digits[byte & 15]};
    return out;
}

}  // namespace

struct Seal::Keys {
    struct One {
        std::string id;
        Context closing, opening;  // with the key; each message sets its nonce
    };
    std::vector<One> all;
    Mac mac;  // of the first key; copied for each text
    mutable std::mutex in_use;
};

Seal::Seal(std::vector<Key> keys) {
    if (keys.empty()) throw StoreError("the key file holds no key: it must hold 32 random bytes");
    auto made = std::make_shared<Keys>();
    const Cipher cipher{EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr)};
    require(cipher != nullptr);
    made->mac = mac_of(keys.front());
    for (auto& key : keys) {
        Keys::One one{digest_of(mac_of(key), "coigate key id").substr(0, id_size), Context{EVP_CIPHER_CTX_new()},
                      Context{EVP_CIPHER_CTX_new()}};
        require(EVP_EncryptInit_ex2(one.closing.get(), cipher.get(), key.data(), nullptr, nullptr) == 1);
        require(EVP_DecryptInit_ex2(one.opening.get(), cipher.get(), key.data(), nullptr, nullptr) == 1);
        OPENSSL_cleanse(key.data(), key.size());
        made->all.push_back(std::move(one));
    }
    keys_ = std::move(made);
}

Seal Seal::from_file_bytes(std::string_view bytes) {
    constexpr auto size = sizeof(Key);
    if (bytes.empty() || bytes.size() % size != 0) {
        throw StoreError("the key file has " + std::to_string(bytes.size()) +
                         " bytes: it must hold 32 random bytes, or 32 for each key, the newest first");
    }
    std::vector<Key> keys(bytes.size() / size);
    for (std::size_t i = 0; i < keys.size(); ++i) std::memcpy(keys[i].data(), bytes.data() + i * size, size);
    return Seal(std::move(keys));
}

std::string Seal::close(std::string_view plain, std::string_view purpose) const {
    const auto& key = keys_->all.front();
    std::string sealed(head_size + plain.size() + tag_size, '\0');
    sealed[0] = version;
    std::memcpy(sealed.data() + 1, key.id.data(), id_size);
    auto* nonce = bytes_of(sealed) + 1 + id_size;
    auto* body = bytes_of(sealed) + head_size;
    draw_nonce(nonce);

    const std::lock_guard lock(keys_->in_use);
    auto* context = key.closing.get();
    int length = 0;
    require(EVP_EncryptInit_ex2(context, nullptr, nullptr, nonce, nullptr) == 1);
    require(EVP_EncryptUpdate(context, nullptr, &length, bytes_of(purpose), static_cast<int>(purpose.size())) == 1);
    require(EVP_EncryptUpdate(context, body, &length, bytes_of(plain), static_cast<int>(plain.size())) == 1);
    require(EVP_EncryptFinal_ex(context, body + plain.size(), &length) == 1);
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, tag_size, body + plain.size()) == 1);
    return sealed;
}

std::string Seal::open(std::string_view sealed, std::string_view purpose) const {
    if (sealed.size() < head_size + tag_size || sealed[0] != version) {
        throw StoreError("stored data is damaged (it is no sealed blob): restore the store from a backup");
    }
    const Keys::One* key = nullptr;
    for (const auto& one : keys_->all) {
        if (sealed.substr(1, id_size) == one.id) key = &one;
    }
    if (key == nullptr) {
        throw StoreError(
            "stored data was sealed with a key that the key file does not hold: put the former key file back, or add "
            "its 32 bytes after the new key's");
    }
    const auto cipher_text = sealed.substr(head_size, sealed.size() - head_size - tag_size);
    std::string tag(sealed.substr(sealed.size() - tag_size));
    std::string plain(cipher_text.size(), '\0');

    const std::lock_guard lock(keys_->in_use);
    auto* context = key->opening.get();
    int length = 0;
    require(EVP_DecryptInit_ex2(context, nullptr, nullptr, bytes_of(sealed) + 1 + id_size, nullptr) == 1);
    require(EVP_DecryptUpdate(context, nullptr, &length, bytes_of(purpose), static_cast<int>(purpose.size())) == 1);
    require(EVP_DecryptUpdate(context, bytes_of(plain), &length, bytes_of(cipher_text),
                              static_cast<int>(cipher_text.size())) == 1);
    require(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1);
    if (EVP_DecryptFinal_ex(context, bytes_of(plain) + plain.size(), &length) != 1) {
        OPENSSL_cleanse(plain.data(), plain.size());
        throw StoreError("stored data is damaged (its seal does not match): restore the store from a backup");
    }
    return plain;
}

std::string Seal::keyed_hash(std::string_view bytes) const {
    return hex(digest_of(Mac(EVP_MAC_CTX_dup(keys_->mac.get())), bytes));
}

std::string Seal::key_id() const { return hex(keys_->all.front().id); }

bool Seal::is_current(std::string_view sealed) const {
    return sealed.size() >= head_size + tag_size && sealed[0] == version &&
           sealed.substr(1, id_size) == keys_->all.front().id;
}

}  // namespace gateway
