// The timer that measures its own delay; see heartbeat.h.

#include "gateway/daemon/heartbeat.h"

#include <time.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <utility>

namespace gateway::heartbeat {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

Milliseconds processor_time() {
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// The 99th percentile.
double p99(std::vector<double> figures) {
    if (figures.empty()) return 0;
    const auto at = figures.begin() + static_cast<std::ptrdiff_t>((figures.size() - 1) * 99 / 100);
    std::ranges::nth_element(figures, at);
    return *at;
}

double worst(const std::vector<double>& figures) { return figures.empty() ? 0 : std::ranges::max(figures); }

struct Measurement : std::enable_shared_from_this<Measurement> {
    Measurement(boost::asio::io_context& io, Clock::time_point end_, std::function<void(const Figures&)> done_)
        : timer(io), end(end_), done(std::move(done_)) {}

    void beat() {
        before = processor_time();
        timer.expires_after(every);
        timer.async_wait([self = shared_from_this()](const boost::system::error_code& aborted) {
            if (aborted) return;
            count(self->figures.late, Milliseconds(Clock::now() - self->timer.expiry()).count());
            count(self->figures.held, (processor_time() - self->before).count());
            if (Clock::now() >= self->end) return self->done(self->figures);
            self->beat();
        });
    }

    boost::asio::steady_timer timer;
    const Clock::time_point end;
    const std::function<void(const Figures&)> done;
    Milliseconds before{};
    Figures figures;
};

}  // namespace

void count(std::vector<double>& figures, double milliseconds) {
    figures.push_back(std::max(milliseconds, 0.0));
    for (double missed = milliseconds - every.count(); missed > 0; missed -= every.count()) figures.push_back(missed);
}

boost::json::object Figures::print() const {
    return {{"beats", late.size()},
            {"late_p99", p99(late)},
            {"late_worst", worst(late)},
            {"held_p99", p99(held)},
            {"held_worst", worst(held)}};
}

void measure(boost::asio::io_context& io, std::chrono::milliseconds length, std::function<void(const Figures&)> done) {
    const auto end = Clock::now() + std::clamp(length, every, longest);
    std::make_shared<Measurement>(io, end, std::move(done))->beat();
}

}  // namespace gateway::heartbeat
