// A session with one device, as a value: bytes that the caller stores with each message.
//
// [XEP-0384 §4.4 to §4.7] by libomemo-c, version 3 of its protocol (X3DH and the double ratchet). No store, no loop,
// any thread. Trust is the caller's [§6]: no identity key is refused here, and each result tells it. After a failure
// the session is as before. Limited: the keys kept for messages that have not arrived, former sessions with the device,
// and the bytes of the record.

#pragma once

#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "xmpp/omemo/keys.h"
#include "xmpp/wiped.h"
#include "xmpp/xep/xep0384_omemo.h"

namespace xmpp::omemo {

using Key = xep0384::Key;

/// Messages that may be missing before one that arrives.
inline constexpr std::uint32_t max_skipped = 1000;
/// Former sessions with a device, whose late messages can still be decrypted.
inline constexpr std::size_t max_former = 3;
/// Bytes of a key to encrypt.
inline constexpr std::size_t max_key = 1024;
/// Bytes of a record: beyond it, former sessions are forgotten, the oldest first.
inline constexpr std::size_t max_record = 128 * 1024;

struct Session {
    /// Contains secrets: must be sealed before it is stored. Empty: there is no session yet.
    Wiped record;
    /// The device's identity key, 33 bytes; "": there is no session yet.
    std::string identity_key;
    bool operator==(const Session&) const = default;
};

enum class Failure {
    no_session,       // there is no session, or no longer the one that the message belongs to: start one
    no_such_pre_key,  // the message uses a prekey that is gone: start a session
    repeated,         // the message was decrypted before, or its key was forgotten
    too_far,          // more than max_skipped messages are missing, or the record would be too large: start a session
    malformed,        // no message of the protocol, or its authentication failed
    bad_signature,    // the bundle's signature is not by its identity key
    weak_key,         // a key is not on the curve, or of small order
    no_pre_keys,      // the bundle has none
    too_large,        // the key to encrypt, or the message
    failed,           // the library failed: no memory, no random numbers, or the record is damaged
};

template <class T>
using Result = boost::system::result<T, Failure>;
[[noreturn]] void throw_exception_from_error(Failure, const boost::source_location&);

/// Starts a session by one of the prekeys of a device's bundle, chosen at random. `before`: the session with this
/// device that it replaces, whose late messages can still be decrypted.
Result<Session> start(const OwnKeys&, const Bundle& theirs, const Session& before = {});

/// Encrypts `key` (of a Sealed, see payload.h) for the device `peer`. The session must be stored before the message is
/// sent: a key of the ratchet must not be used twice.
Result<Key> encrypt(const OwnKeys&, Session&, DeviceId peer, std::string_view key);

struct Decrypted {
    Wiped key;
    /// Of the session that the message came in; compare it with what is known of the device.
    std::string identity_key;
    /// The message used this prekey: OwnKeys::use() it, and store both together.
    std::optional<std::uint32_t> used_pre_key;
    /// The message started a session, which replaces the current one.
    bool is_new_session = false;
};
/// Decrypts a key element from the device whose session this is (without a session: Session{}).
/// A message of a former session makes that one the current one again, as in other clients. Costs: about 15 µs, 1.5 ms
/// for a first message; 10 ms if a thousand are skipped; 30 ms for a forged one, so failures of a peer must be rare.
Result<Decrypted> decrypt(const OwnKeys&, Session&, const Key&);

}  // namespace xmpp::omemo
