// Bytes that are wiped when they are let go: a private key, a shared secret.
//
// The compiler may drop a memset before a free, so it is kept by a barrier. What a library copies inside is its own.

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
        bytes_.swap(other.bytes_);  // `other` wipes what was here
        return *this;
    }
    ~Wiped() { wipe(bytes_); }

    std::string_view bytes() const { return bytes_; }
    bool empty() const { return bytes_.empty(); }
    bool operator==(const Wiped&) const = default;

    /// Overwrites all that `bytes` has room for, and empties it.
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
