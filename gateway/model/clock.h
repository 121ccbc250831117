// The present time as a parameter, so that tests can set it.

#pragma once

#include <functional>

#include "gateway/model/event.h"

namespace gateway {

using Clock = std::function<Time()>;

}  // namespace gateway
