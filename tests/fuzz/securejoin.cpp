// Any bytes as an invite, and as a mail of the handshake: an invite is printed to the same invite in both forms, and no
// unprotected mail verifies anybody.

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "coi/crypt/securejoin_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace securejoin = coi::securejoin;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (const auto invite = securejoin::parse(bytes)) {
        for (const auto& text : {securejoin::print_uri(*invite), securejoin::print_link(*invite)}) {
            const auto again = securejoin::parse(text);  // its encoding may be too long
            if (text.size() <= 2000 && again != invite) std::abort();
        }
    }
    const auto mail = coi::parse(bytes);
    if (!mail) return 0;
    const securejoin::Invite invite{
        std::string(40, 'A'), {"", "alice", "example.org"}, "inviteno12345", "secret1234567"};
    const auto later = std::chrono::sys_seconds::max();
    const coi::pgp_mime::Protection clear;
    const securejoin::Arrival arrival{*mail, clear, std::string(40, 'B'), {invite.fingerprint}};
    const auto inviter = securejoin::inviter_step({invite, later, ""}, arrival, {});
    const auto joiner = securejoin::joiner_step({invite, later, false}, arrival, invite.fingerprint, {});
    if (!std::holds_alternative<securejoin::Refused>(joiner)) std::abort();
    if (std::holds_alternative<securejoin::Verified>(inviter)) std::abort();
    if (std::holds_alternative<securejoin::Reply>(inviter) &&
        mail->header("secure-join-invitenumber") != invite.invite_number)
        std::abort();
    return 0;
}
