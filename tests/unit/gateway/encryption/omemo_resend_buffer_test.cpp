// What a device may not have read: how much of it is kept, and until when.

#include "gateway/encryption/omemo_resend_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gateway {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(OmemoResendBuffer, GivesWhatWasSentSinceTheDeviceWasHeard) {
    OmemoResendBuffer buffer;
    buffer.sent(1, "read");
    buffer.heard(1);
    buffer.sent(1, "a");
    buffer.sent(1, "b");
    buffer.sent(2, "another's");
    EXPECT_THAT(buffer.started(1), ElementsAre("a", "b"));
    EXPECT_THAT(buffer.started(1), IsEmpty()) << "once";
    EXPECT_THAT(buffer.started(2), ElementsAre("another's"));
}

TEST(OmemoResendBuffer, KeepsTheLastFewOfFewDevices) {
    OmemoResendBuffer buffer;
    for (int i = 0; i < 10; ++i) buffer.sent(100, std::to_string(i));
    buffer.sent(100, std::string(100'000, 'x'));
    EXPECT_THAT(buffer.started(100), ElementsAre("5", "6", "7", "8", "9"));
    for (std::uint32_t device = 1; device <= 17; ++device) buffer.sent(device, "x");
    EXPECT_THAT(buffer.started(1), IsEmpty());
    EXPECT_THAT(buffer.started(17), ElementsAre("x"));
}

}  // namespace
}  // namespace gateway
