// Measures how long the event loop is blocked: a timer of 10 ms that compares its time. Runs only during a measurement.
//
// A late beat counts for all beats that were due meanwhile, so that one long block is not a single figure among many.
// `held` is the processor time of the loop's thread between two beats: the cost of one turn, independent of other load
// on the machine.

#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <vector>

namespace gateway::heartbeat {

inline constexpr std::chrono::milliseconds every{10};
inline constexpr std::chrono::milliseconds longest = std::chrono::minutes(10);

struct Figures {
    std::vector<double> late, held;  // milliseconds
    /// {beats, late_p99, late_worst, held_p99, held_worst}.
    boost::json::object print() const;
};

/// Measures for `length` (at most `longest`), then calls back on the loop; does not call if the loop ends before.
void measure(boost::asio::io_context&, std::chrono::milliseconds length, std::function<void(const Figures&)> done);

/// Adds a late beat, and the beats that it counts for.
void count(std::vector<double>& figures, double milliseconds);

}  // namespace gateway::heartbeat
