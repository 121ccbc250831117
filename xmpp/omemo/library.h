// libomemo-c: its context with OpenSSL's algorithms, and owners of its objects.
//
// The library has no algorithms of its own but the curve; it gets HMAC, SHA-512, AES and random numbers here. A context
// is cheap and has no state: each call makes its own, so nothing is shared among threads.

#pragma once

#include <omemo/signal_protocol.h>
// after signal_protocol.h, whose types they need
#include <omemo/key_helper.h>
#include <omemo/protocol.h>
#include <omemo/session_builder.h>
#include <omemo/session_cipher.h>
#include <omemo/session_state.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "xmpp/wiped.h"

namespace xmpp::omemo {

/// A counted object of the library: owns one reference.
struct Unref {
    template <class T>
    void operator()(T* object) const {
        signal_type_unref(reinterpret_cast<signal_type_base*>(object));
    }
};
template <class T>
using Ref = std::unique_ptr<T, Unref>;

/// Calls `make(T** out)`, one of the library's functions that make a counted object; nullptr if it fails.
template <class T, class Make>
Ref<T> made(Make make) {
    T* object = nullptr;
    if (make(&object) < 0) return nullptr;
    return Ref<T>(object);
}

/// A buffer, wiped when it is freed.
struct FreeBuffer {
    void operator()(signal_buffer* buffer) const { signal_buffer_bzero_free(buffer); }
};
using Buffer = std::unique_ptr<signal_buffer, FreeBuffer>;

inline const std::uint8_t* bytes(std::string_view text) { return reinterpret_cast<const std::uint8_t*>(text.data()); }
std::string_view view(const signal_buffer*);
/// Nullptr if there is no memory.
signal_buffer* new_buffer(std::string_view);

struct FreeContext {
    void operator()(signal_context* context) const { signal_context_destroy(context); }
};
using Context = std::unique_ptr<signal_context, FreeContext>;
/// Throws std::bad_alloc.
Context new_context();

/// Fills with random bytes; false if there are none.
bool random(void* to, std::size_t size);

/// A public key of 33 bytes with type byte 5; nullptr: it is none.
Ref<ec_public_key> public_key(std::string_view, signal_context*);
/// A private key of 32 bytes.
Ref<ec_private_key> private_key(std::string_view, signal_context*);
/// A point of small order: every shared secret with it is zero. The library does not check this.
bool is_weak(const ec_public_key*);

}  // namespace xmpp::omemo
