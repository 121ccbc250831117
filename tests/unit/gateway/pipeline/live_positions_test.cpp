// Where somebody is just now: shown now and then, and never as an empty message.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/gateway/pipeline/incoming_play.h"

namespace gateway {
namespace {

using testing::SizeIs;

struct LivePositionsTest : IncomingPlay {
    static std::string at(const std::string& id, const std::string& coordinates, const std::string& text = "",
                          const std::string& file = "location.kml") {
        return mail(id,
                    "Chat-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\nContent-Type: "
                    "multipart/mixed; boundary=b\r\n",
                    "--b\r\n\r\n" + text +
                        "\r\n--b\r\nContent-Type: application/vnd.google-earth.kml+xml\r\nContent-Disposition: "
                        "attachment; filename=" +
                        file + "\r\n\r\n<kml><Placemark><coordinates>" + coordinates +
                        "</coordinates></Placemark></kml>\r\n--b--");
    }
};

TEST_F(LivePositionsTest, the_first_is_shown_and_the_next_is_silent) {
    EXPECT_EQ(take(at("1@x", "2,1")), Kind::taken);
    ASSERT_THAT(committed, SizeIs(1));
    EXPECT_EQ(body(committed[0]), "geo:1,2");
    EXPECT_EQ(take(at("2@x", "2,1.1")), Kind::silent);
    EXPECT_THAT(committed, SizeIs(1));
    EXPECT_EQ(take(at("3@x", "2,1.2", "Wait for me")), Kind::taken);
    ASSERT_THAT(committed, SizeIs(2));
    EXPECT_EQ(body(committed[1]), "Wait for me");
    EXPECT_EQ(take(at("4@x", "2,1.3", "", "message.kml")), Kind::taken);
    ASSERT_THAT(committed, SizeIs(3));
    EXPECT_EQ(body(committed[2]), "geo:1.3,2") << "a place that was chosen";
}

TEST_F(LivePositionsTest, each_conversation_has_its_own) {
    EXPECT_EQ(take(at("1@x", "2,1")), Kind::taken);
    auto other = at("2@x", "2,1");
    other.replace(other.find("bob@example.net"), 15, "eva@example.net");
    EXPECT_EQ(take(other), Kind::taken);
    EXPECT_THAT(committed, SizeIs(2));
}

}  // namespace
}  // namespace gateway
