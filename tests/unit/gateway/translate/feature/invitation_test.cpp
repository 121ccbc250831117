// gateway/translate/feature/invitation: what, when and where, in words.

#include "gateway/translate/feature/invitation.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using namespace std::chrono;

coi::Invitation::When at(int day, int hour, const char* zone) {
    return {local_days(year(2026) / December / day) + hours(hour), true, zone};
}

coi::Invitation::When whole(int day) { return {local_days(year(2026) / December / day), false, ""}; }

TEST(InvitationWords, SayWhatWhenAndWhere) {
    coi::Invitation lunch{
        coi::Invitation::Kind::invitation, "Lunch", "Mensa", at(1, 12, "UTC"), at(1, 13, "UTC"), false};
    EXPECT_EQ("⟦Invitation: Lunch⟧\n⟦When: 2026-12-01 12:00 – 13:00 (UTC)⟧\n⟦Where: Mensa⟧",
              invitation::words(lunch, "en"));
    EXPECT_EQ("⟦Einladung: Lunch⟧\n⟦Wann: 2026-12-01 12:00 – 13:00 (UTC)⟧\n⟦Wo: Mensa⟧",
              invitation::words(lunch, "de"));
    lunch.kind = coi::Invitation::Kind::cancelled;
    lunch.end.reset();
    lunch.location.clear();
    lunch.repeats = true;
    EXPECT_EQ("⟦Cancelled: Lunch⟧\n⟦When: 2026-12-01 12:00 (UTC) (a series)⟧", invitation::words(lunch, "en"));
}

TEST(InvitationWords, OfWholeDaysAndNights) {
    const coi::Invitation trip{coi::Invitation::Kind::accepted, "", "", whole(1), whole(3), false};
    EXPECT_EQ("⟦Accepted: (without a title)⟧\n⟦When: 2026-12-01 – 2026-12-03⟧", invitation::words(trip, "en"));
    const coi::Invitation day{coi::Invitation::Kind::event, "Birthday", "", whole(1), whole(1), false};
    EXPECT_EQ("⟦Event: Birthday⟧\n⟦When: 2026-12-01⟧", invitation::words(day, "en"));
    const coi::Invitation night{coi::Invitation::Kind::tentative, "Party", "", at(1, 23, ""), at(2, 4, ""), false};
    EXPECT_EQ("⟦Perhaps: Party⟧\n⟦When: 2026-12-01 23:00 – 2026-12-02 04:00⟧", invitation::words(night, "en"));
}

}  // namespace
}  // namespace gateway
