// Who hears what is said in a room, once it is committed.

#pragma once

#include <vector>

#include "gateway/store/rooms.h"

namespace gateway {

class RoomAudience {
  public:
    virtual ~RoomAudience() = default;
    /// In the order of the commits.
    virtual void said(const Room&, const std::vector<rooms::Said>&) = 0;
    /// Members have come or gone, or it has another name. `room`: as it is now.
    virtual void changed(const Room&, const RoomChange&) = 0;
};

}  // namespace gateway
