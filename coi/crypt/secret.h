// Bytes that are wiped when they are freed: secret keys, passphrases, shared secrets.
//
// Wiped by OPENSSL_cleanse; copies inside libraries are not covered.

#pragma once

#include <openssl/crypto.h>

#include <string>
#include <string_view>
#include <utility>

namespace coi {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
    Secret& operator=(Secret other) noexcept {
        bytes_.swap(other.bytes_);  // `other` wipes the old bytes
        return *this;
    }
    ~Secret() { wipe(); }

    std::string_view bytes() const { return bytes_; }
    const char* c_str() const { return bytes_.c_str(); }  // for C, which stops at a NUL
    bool empty() const { return bytes_.empty(); }
    bool operator==(const Secret&) const = default;

  private:
    void wipe() {
        OPENSSL_cleanse(bytes_.data(), bytes_.size());
        bytes_.clear();
    }
    std::string bytes_;
};

}  // namespace coi
