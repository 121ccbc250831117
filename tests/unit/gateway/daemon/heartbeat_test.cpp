// gateway/daemon/heartbeat: a loop that is held shows it, as long as it was.

#include "gateway/daemon/heartbeat.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <ctime>
#include <optional>

namespace gateway {
namespace {

TEST(Heartbeat, ALoopThatIsHeldIsLate) {
    boost::asio::io_context io;
    std::optional<boost::json::object> figures;
    heartbeat::measure(io, std::chrono::milliseconds(300),
                       [&](const heartbeat::Figures& measured) { figures = measured.print(); });
    boost::asio::post(io, [] {
        // By both clocks: on a busy machine the loop is late longer than it has used the processor.
        const auto used = [] { return std::chrono::milliseconds(std::clock() * 1000 / CLOCKS_PER_SEC); };
        const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(150);
        const auto enough = used() + std::chrono::milliseconds(60);
        while (std::chrono::steady_clock::now() < until || used() < enough) {
        }
    });
    io.run();
    ASSERT_TRUE(figures);
    EXPECT_GE(figures->at("late_worst").as_double(), 139);
    EXPECT_GT(figures->at("held_worst").as_double(), 50);
    EXPECT_GE(figures->at("late_p99").as_double(), 100);  // one silence is many beats
    EXPECT_GT(figures->at("beats").as_uint64(), 15u);
}

TEST(Heartbeat, ABeatStandsForThoseThatItKeptFromComing) {
    std::vector<double> figures;
    heartbeat::count(figures, 35);
    heartbeat::count(figures, 0.5);
    heartbeat::count(figures, -0.5);
    EXPECT_EQ((std::vector<double>{35, 25, 15, 5, 0.5, 0}), figures);
}

}  // namespace
}  // namespace gateway
