// A hash of what the eye sees of a display name: names that could be confused have the same.

#pragma once

#include <cstdint>

#include "coi/mail/address.h"

namespace gateway {

/// Of the name as users see it (model/framed). 0: no name, or nothing of it can be seen. Costs up to 30 µs: many are
/// calculated where they hold up nobody.
std::uint32_t nick_hash(const coi::Address&);

}  // namespace gateway
