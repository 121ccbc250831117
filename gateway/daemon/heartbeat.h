// How long the loop is held: a timer of 10 ms that looks how late it comes. It runs while somebody asks, for figures.
//
// A beat that comes late stands for all that would have come meanwhile, so that one long silence is not one figure of
// many. `held` is the processor time of the loop's own thread between two beats: what one turn costs, however busy the
// machine is with other things.

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

/// Beats for so long (at most `longest`), then calls back on the loop; not at all if the loop ends before.
void measure(boost::asio::io_context&, std::chrono::milliseconds length, std::function<void(const Figures&)> done);

/// A beat that came so late, and those that it stands for.
void count(std::vector<double>& figures, double milliseconds);

}  // namespace gateway::heartbeat
