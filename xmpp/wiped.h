// Bytes that are wiped when they are freed: a private key, a shared secret.
//
// The compiler may remove a memset before a free, so a barrier keeps it. Copies inside libraries are not covered.

#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace xmpp {

class Wiped {
  public:
    Wiped() = default;
    explicit Wiped(std::string bytes) : bytes_(std::move(bytes)) { wipe(bytes); }
    Wiped(const Wiped&) = default;
    Wiped(Wiped&& other) noexcept { bytes_.swap(other.bytes_); }
    Wiped& operator=(Wiped other) noexcept {
        bytes_.swap(other.bytes_);  // `other` wipes the old bytes
        return *this;
    }
    ~Wiped() { wipe(bytes_); }

    std::string_view bytes() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    bool operator==(const Wiped&) const = default;

    /// Overwrites the whole capacity of `bytes`, and empties it.
    static void wipe(std::string& bytes) {
        bytes.resize(bytes.capacity());
        std::memset(bytes.data(), 0, bytes.size());
        asm volatile("" : : "r"(bytes.data()) : "memory");
        bytes.clear();
    }

  private:
    std::string bytes_;
};

}  // namespace xmpp
