// OMEMO keys [XEP-0384]: the accounts' own, the devices of their users, and the sessions with these.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "coi/crypt/secret.h"
#include "gateway/model/event.h"
#include "gateway/store/store.h"

namespace gateway::keys {

/// A device of the account's user.
struct OmemoDevice {
    enum class Trust {
        blind,      // nobody has said anything
        verified,   // by the user
        revoked,    // by the user
        undecided,  // new, after the user has verified another one: waits for the user's word
    };
    std::uint32_t id = 0;
    std::string identity_key;  // 33 bytes
    Trust trust = Trust::blind;
    bool is_trusted() const { return trust == Trust::blind || trust == Trust::verified; }
    bool operator==(const OmemoDevice&) const = default;
};

/// The session of one conversation with one device.
struct OmemoSession {
    std::uint32_t device = 0;
    std::string identity_key;  // 33 bytes
    coi::Secret record;        // in the format of xmpp/omemo; "": it is removed
    std::uint64_t state = 0;   // of two records of one session, the one with the higher number is the later
    bool operator==(const OmemoSession&) const = default;
};

/// By device: the latest state of its session that the store was given. For the loop's thread.
using OmemoGiven = std::map<std::uint32_t, std::uint64_t>;

/// What one message changed, committed with it or alone. A message's mail is encrypted before it is committed, and
/// meanwhile the session goes on: an earlier state that comes after a later one is left out. Stored, it would make the
/// gateway use keys of the ratchet twice after a restart, and clients drop what comes by a used key.
struct OmemoChange {
    AccountId account{};
    std::string contact;  // canonical
    std::vector<OmemoSession> sessions;
    std::vector<OmemoDevice> devices;
    coi::Secret own;                      // "": as it was
    std::shared_ptr<OmemoGiven> given{};  // of the conversation; nullptr: there is no other change
};

/// Without the states that are earlier than one that the store was given. What is left must be given to it next.
OmemoChange in_order(OmemoChange);

/// The account's own keys in the format of xmpp/omemo; "" if there are none yet.
void omemo_own(Store&, AccountId, Store::Done<coi::Secret> done);
void omemo_devices(Store&, AccountId, Store::Done<std::vector<OmemoDevice>> done);
void omemo_sessions(Store&, AccountId, const std::string& contact, Store::Done<std::vector<OmemoSession>> done);
void save(Store&, OmemoChange, Store::Committed done);
/// A device is gone: its row, and its sessions with all contacts.
void forget_omemo_device(Store&, AccountId, std::uint32_t device, Store::Committed done);

}  // namespace gateway::keys
