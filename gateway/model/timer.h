// Calls a function after a while, on the loop's thread; a parameter, so that tests need not wait.

#pragma once

#include <chrono>
#include <functional>

namespace gateway {

using Timer = std::function<void(std::chrono::milliseconds, std::function<void()>)>;

}  // namespace gateway
