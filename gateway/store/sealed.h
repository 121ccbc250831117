// Which columns are sealed, and what is bound into each seal so that a blob moved to another row or column does not
// open.
//
// A new sealed column gets a purpose here and a line in seal_anew (key rotation).

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/store/database.h"

namespace gateway {

inline std::string payload_purpose(std::int64_t queue_id) { return "payload.bytes/" + std::to_string(queue_id); }
inline std::string login_purpose(std::string_view jid) { return "account.login/" + std::string(jid); }
inline std::string subject_purpose(std::int64_t account, std::string_view canonical) {
    return "contact.subject/" + std::to_string(account) + "/" + std::string(canonical);
}
inline std::string own_key_purpose(std::int64_t account) { return "own_key.secret/" + std::to_string(account); }
inline std::string invite_purpose(std::int64_t account, std::string_view number) {
    return "invite.secret/" + std::to_string(account) + "/" + std::string(number);
}
inline std::string otr_purpose(std::int64_t account) { return "otr_identity.secret/" + std::to_string(account); }

/// Opens whatever an older key sealed and seals it with the current one; inside the caller's transaction.
void seal_anew(Database&);

}  // namespace gateway
