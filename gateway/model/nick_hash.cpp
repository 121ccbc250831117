// See nick_hash.h.

#include "gateway/model/nick_hash.h"

#include <algorithm>
#include <functional>
#include <string>

#include "coi/mail/lookalike.h"
#include "gateway/model/framed.h"

namespace gateway {

std::uint32_t nick_hash(const coi::Address& address) {
    if (address.name.empty()) return 0;
    const std::string looks = coi::looks_of(framed::foreign(address.name));
    if (looks.empty()) return 0;
    return std::max(static_cast<std::uint32_t>(std::hash<std::string>()(looks)), std::uint32_t{1});
}

}  // namespace gateway
