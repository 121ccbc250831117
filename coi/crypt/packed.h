// Serialises values between two processes of the same program: not a format for other programs or versions.
//
// Numbers in native form, lengths before bytes. The input is not trusted: nothing is read beyond its end, and a count
// larger than the remaining input is invalid.

#pragma once

#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/crypt/secret.h"
#include "coi/result.h"

namespace coi::packed {

/// The members of a serialised struct.
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, Address>
auto members(T& of) {
    return std::tie(of.name, of.local, of.domain);
}
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, Error>
auto members(T& of) {
    return std::tie(of.kind, of.permanent, of.text, of.code, of.enhanced, of.certificate, of.step);
}
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, openpgp::Limits>
auto members(T& of) {
    return std::tie(of.key_bytes, of.message_bytes, of.plain_bytes, of.recipients);
}
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, openpgp::KeyInfo>
auto members(T& of) {
    return std::tie(of.fingerprint, of.user_ids, of.created, of.is_secret, of.can_encrypt, of.can_sign, of.expired,
                    of.revoked, of.relays);
}
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, openpgp::Verdict>
auto members(T& of) {
    return std::tie(of.signature, of.signer, of.signed_at);
}
template <class T>
    requires std::is_same_v<std::remove_const_t<T>, openpgp::Opened>
auto members(T& of) {
    return std::tie(of.signature, of.signer, of.signed_at, of.plain, of.reader);
}

/// Writes into reserved bytes, so that no copies of a secret are left behind.
class Writer {
  public:
    template <class... T>
    static std::string pack(const T&... values) {
        Writer counting, writing;
        counting.is_counting_ = true;
        (counting.put(values), ...);
        writing.bytes_.reserve(counting.size_);
        (writing.put(values), ...);
        return std::move(writing.bytes_);
    }

  private:
    void raw(const void* data, std::size_t size) {
        size_ += size;
        if (!is_counting_) bytes_.append(static_cast<const char*>(data), size);
    }
    template <class T>
    void put(const T& value) {
        if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
            raw(&value, sizeof value);
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            const std::string_view bytes = value;
            put(bytes.size());
            raw(bytes.data(), bytes.size());
        } else {
            put_more(value);
        }
    }
    void put_more(const Secret& value) { put(value.bytes()); }
    void put_more(const std::chrono::sys_seconds& value) { put(value.time_since_epoch().count()); }
    template <class T>
    void put_more(const std::vector<T>& values) {
        put(values.size());
        for (const auto& each : values) put(each);
    }
    template <class T>
    void put_more(const std::optional<T>& value) {
        put(value.has_value());
        if (value) put(*value);
    }
    template <class T>
    void put_more(const Result<T>& result) {
        put(result.has_value());
        if (result) {
            put(*result);
        } else {
            put(result.error());
        }
    }
    template <class T>
    auto put_more(const T& value) -> decltype(members(value), void()) {
        std::apply([this](const auto&... each) { (this->put(each), ...); }, members(value));
    }

    std::string bytes_;
    std::size_t size_ = 0;
    bool is_counting_ = false;
};

/// Reads the output of Writer. After the first failure good() is false, and all further values are empty.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : bytes_(bytes) {}
    bool good() const { return good_; }
    /// Whether all input was read without a failure.
    bool is_done() const { return good_ && bytes_.empty(); }

    template <class T>
    T get() {
        if constexpr (std::is_same_v<T, bool>) {
            return get<std::uint8_t>() == 1;
        } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
            T value{};
            const auto taken = take(sizeof value);
            if (good_) std::memcpy(&value, taken.data(), sizeof value);
            return value;
        } else if constexpr (std::is_same_v<T, std::string_view>) {
            return take(get<std::size_t>());  // valid as long as the input
        } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Secret>) {
            return T(std::string(get<std::string_view>()));
        } else if constexpr (std::is_same_v<T, std::chrono::sys_seconds>) {
            return T(std::chrono::seconds(get<std::chrono::seconds::rep>()));
        } else {
            return get_more(static_cast<T*>(nullptr));
        }
    }

  private:
    std::string_view take(std::size_t size) {
        good_ = good_ && size <= bytes_.size();
        if (!good_) return {};
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    template <class T>
    std::vector<T> get_more(std::vector<T>*) {
        std::vector<T> values;
        for (auto count = get<std::size_t>(); good_ && count > 0; --count) values.push_back(get<T>());
        return values;
    }
    template <class T>
    std::optional<T> get_more(std::optional<T>*) {
        if (get<bool>()) return get<T>();
        return std::nullopt;
    }
    template <class T>
    Result<T> get_more(Result<T>*) {
        if (get<bool>()) return get<T>();
        return get<Error>();
    }
    template <class T>
    T get_more(T*) {
        T value{};
        std::apply([this](auto&... each) { ((each = this->get<std::remove_reference_t<decltype(each)>>()), ...); },
                   members(value));
        return value;
    }

    std::string_view bytes_;
    bool good_ = true;
};

}  // namespace coi::packed
