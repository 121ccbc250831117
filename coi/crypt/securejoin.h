// SecureJoin, contact form, legacy: the invite, and the steps of both sides as pure functions.
//
// [SecureJoin §"Setup Contact protocol"], as chatmail core speaks it: vc-request, vc-auth-required,
// vc-request-with-auth, vc-contact-confirm. Left out: groups and the v3 form (vc-request-pubkey).
// Invariant: nobody becomes verified but by a signature of the fingerprint in the invite and by its secret.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "coi/crypt/openpgp.h"
#include "coi/mail/address.h"
#include "coi/message.h"

namespace coi::securejoin {

/// What the QR code says: OPENPGP4FPR:FPR#a=ADDR&n=NAME&i=INVITE&s=AUTH, or https://i.delta.chat/#FPR&a=…
struct Invite {
    openpgp::Fingerprint fingerprint;
    Address address;  // of the inviter; name decoded
    std::string invite_number, auth;
    bool operator==(const Invite&) const = default;
};
/// Of a text that holds nothing else (white space around it, any of both forms, any case of the scheme). nullopt for
/// group invites and for what is none.
std::optional<Invite> parse(std::string_view text);
std::string print_uri(const Invite&);   // OPENPGP4FPR:…
std::string print_link(const Invite&);  // https://i.delta.chat/#…
/// Two fresh random secrets (24 characters of base64url, 144 bits).
Invite make(const openpgp::Fingerprint& own, const Address& own_address);

enum class Step { request, auth_required, request_with_auth, contact_confirm, other };
/// The step a mail is, by its Secure-Join field; nullopt if it has none.
std::optional<Step> step_of(const Message&);

/// The mail of a step, without id, date and addresses: text, Chat-Version and Secure-Join fields.
Message request(const Invite&);
Message auth_required();
Message request_with_auth(const Invite&, const openpgp::Fingerprint& own);
Message contact_confirm();

}  // namespace coi::securejoin
