// See xep0454_media.h.

#include "xmpp/xep/xep0454_media.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <memory>
#include <utility>

namespace xmpp::xep0454 {
namespace {

constexpr std::string_view scheme = "aesgcm://", thumbnail = "data:image/";
constexpr std::size_t key_size = 32;
constexpr std::size_t iv_size = 12, older_iv_size = 16;  // COMPAT: clients before 2020 wrote 16 bytes
constexpr std::size_t longest = 4096;

std::optional<std::string> bytes_of(std::string_view hex) {
    std::string bytes;
    for (; hex.size() >= 2; hex.remove_prefix(2)) {
        unsigned char byte = 0;
        const auto [end, error] = std::from_chars(hex.data(), hex.data() + 2, byte, 16);
        if (error != std::errc() || end != hex.data() + 2) return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return hex.empty() ? std::optional(bytes) : std::nullopt;
}

void print(std::string& to, std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (const unsigned char byte : bytes) {
        to += digits[byte >> 4];
        to += digits[byte & 0xF];
    }
}

std::string random(std::size_t size) {
    std::string random(size, '\0');
    const bool is_done = RAND_bytes(reinterpret_cast<unsigned char*>(random.data()), static_cast<int>(size)) == 1;
    return is_done ? random : "";
}

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::optional<Link> link(std::string_view text) {
    const auto line = text.substr(0, text.find('\n'));
    const auto rest = text.substr(std::min(line.size() + 1, text.size()));
    const bool is_alone = rest.empty() || (rest.starts_with(thumbnail) && rest.find('\n') == rest.npos);
    const auto hash = line.find('#');
    if (!is_alone || !line.starts_with(scheme) || hash == line.npos || line.size() > longest) return std::nullopt;
    if (std::ranges::any_of(line, [](unsigned char c) { return c <= ' ' || c == 0x7F; })) return std::nullopt;
    const auto secret = bytes_of(line.substr(hash + 1));
    if (!secret || (secret->size() != iv_size + key_size && secret->size() != older_iv_size + key_size))
        return std::nullopt;
    const std::size_t iv = secret->size() - key_size;
    return Link{std::string(line), "https://" + std::string(line.substr(scheme.size(), hash - scheme.size())),
                secret->substr(0, iv), secret->substr(iv)};
}

std::optional<Sealed> encrypt(std::string_view file) {
    if (file.size() > std::numeric_limits<int>::max() - tag_size) return std::nullopt;
    Sealed sealed{std::string(file.size() + tag_size, '\0'), random(iv_size), random(key_size)};
    if (sealed.iv.empty() || sealed.key.empty()) return std::nullopt;
    const Cipher context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    auto* cipher = context.get();
    auto* to = reinterpret_cast<unsigned char*>(sealed.bytes.data());
    int size = 0, rest = 0;
    const bool is_good =  // its usual IV has 12 bytes
        cipher != nullptr &&
        EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, bytes(sealed.key), bytes(sealed.iv)) == 1 &&
        EVP_EncryptUpdate(cipher, to, &size, bytes(file), static_cast<int>(file.size())) == 1 &&
        EVP_EncryptFinal_ex(cipher, to + size, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, tag_size, to + file.size()) == 1;
    return is_good ? std::optional(std::move(sealed)) : std::nullopt;
}

std::optional<std::string> link_to(std::string_view url, const Sealed& sealed) {
    constexpr std::string_view https = "https://";
    if (!url.starts_with(https) || url.find('#') != url.npos) return std::nullopt;
    std::string link = std::string(scheme) + std::string(url.substr(https.size())) + "#";
    print(link, sealed.iv);
    print(link, sealed.key);
    return link;
}

std::optional<std::string> decrypt(std::string_view encrypted, const Link& link) {
    if (encrypted.size() < tag_size || encrypted.size() > std::numeric_limits<int>::max()) return std::nullopt;
    const auto body = encrypted.substr(0, encrypted.size() - tag_size);
    std::string tag(encrypted.substr(body.size())), plain(body.size(), '\0');
    const Cipher context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    auto* cipher = context.get();
    auto* to = reinterpret_cast<unsigned char*>(plain.data());
    int size = 0, rest = 0;
    const bool is_good =
        cipher != nullptr && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_IVLEN, static_cast<int>(link.iv.size()), nullptr) == 1 &&
        EVP_DecryptInit_ex(cipher, nullptr, nullptr, bytes(link.key), bytes(link.iv)) == 1 &&
        EVP_DecryptUpdate(cipher, to, &size, bytes(body), static_cast<int>(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(cipher, to + size, &rest) == 1;
    return is_good ? std::optional(std::move(plain)) : std::nullopt;
}

}  // namespace xmpp::xep0454
