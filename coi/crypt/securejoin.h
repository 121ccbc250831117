// SecureJoin, contact form, legacy: the invite, and the mail of each step. securejoin_state has the rules of the
// handshake.
//
// [SecureJoin §"Setup Contact protocol"], as implemented in chatmail core: vc-request, vc-auth-required,
// vc-request-with-auth, vc-contact-confirm. vc-request is sent in the clear with an Autocrypt header; the others only
// encrypted and signed, with their Secure-Join fields inside and the recipient's own key as gossip.
// Left out: groups and channels, and the v3 form (vc-request-pubkey): our invites have no v=3, and of others' v3
// invites the older part is used, which core still supports.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coi/crypt/openpgp.h"
#include "coi/mail/address.h"
#include "coi/message.h"

namespace coi::securejoin {

/// The content of the QR code: OPENPGP4FPR:FPR#a=ADDR&n=NAME&i=INVITE&s=AUTH, or https://i.delta.chat/#FPR&a=… Anybody
/// who sees it can use it: it is a secret until it is used.
struct Invite {
    openpgp::Fingerprint fingerprint;  // of the inviter's key
    Address address;                   // of the inviter; name decoded, "" if none
    std::string invite_number, auth;   // 11 to 32 characters of base64url
    std::vector<Address> relays{};     // further addresses of the inviter: r=
    bool operator==(const Invite&) const = default;
};
/// Whether the invite names this address of the inviter.
bool names(const Invite&, const Address&);
/// Parses a text that consists of an invite (with optional white space, in either form, in any case of the scheme), at
/// most 2,000 bytes. nullopt for invites to groups and channels, for v3 invites without `i`, and for other text.
std::optional<Invite> parse(std::string_view text);
std::string print_uri(const Invite&);   // OPENPGP4FPR:…
std::string print_link(const Invite&);  // https://i.delta.chat/#…
/// Two fresh random secrets (22 characters of base64url, 128 bits); a name above 25 characters is cut.
Invite make(const openpgp::Fingerprint& own, const Address& own_address);

enum class Step { request, auth_required, request_with_auth, contact_confirm, other };
/// The step of a mail, by its Secure-Join field; nullopt if it has none. Whether it counts depends on its protection.
std::optional<Step> step_of(const Message&);

/// The mail of a step, without id, date and addresses: text, Chat-Version and Secure-Join fields. The first two steps
/// have no display name and no picture, because their recipient is unproven.
Message request(const Invite&);
Message auth_required();
Message request_with_auth(const Invite&, const openpgp::Fingerprint& own);
Message contact_confirm();

}  // namespace coi::securejoin
