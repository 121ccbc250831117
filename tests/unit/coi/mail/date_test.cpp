// Dates of mail and of mailboxes.

#include "coi/mail/date.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

using namespace std::chrono;

TEST(Date, OfAField) {  // [RFC 5322 appendix A.1.1]
    EXPECT_EQ(read_date("Fri, 21 Nov 1997 09:55:06 -0600"), sys_days(year(1997) / 11 / 21) + 15h + 55min + 6s);
    EXPECT_EQ(read_date(""), std::nullopt);
}

TEST(Date, OfAMailbox) {  // [RFC 3501 §7.4.2]
    EXPECT_EQ(read_internal_date("17-Jul-1996 02:44:25 -0700"), sys_days(year(1996) / 7 / 17) + 9h + 44min + 25s);
    EXPECT_EQ(read_internal_date(" 1-Feb-2026 23:59:59 +0000"), sys_days(year(2026) / 2 / 1) + 23h + 59min + 59s);
    for (const char* odd : {"", "-", "soon", "a-b"}) EXPECT_EQ(read_internal_date(odd), std::nullopt) << odd;
}

}  // namespace
}  // namespace coi
