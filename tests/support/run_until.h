// Runs a loop until something is true.

#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

/// False after ten seconds in which it did not become true. `true_now` is asked at least every 5 ms, so that it may
/// look at what other threads do.
inline bool run_until(boost::asio::io_context& io, const std::function<bool()>& true_now) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!true_now()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        io.restart();
        io.run_one_for(std::chrono::milliseconds(5));
    }
    return true;
}
