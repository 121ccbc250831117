// What of a calendar is told: RFC 5545's own example, days, times and zones, answers, and what is none.

#include "coi/mail/calendar.h"

#include <gtest/gtest.h>

namespace coi {
namespace {

using namespace std::chrono;

std::string event(const std::string& lines, const std::string& method = "") {
    return "BEGIN:VCALENDAR\r\n" + (method.empty() ? "" : "METHOD:" + method + "\r\n") + "BEGIN:VEVENT\r\n" + lines +
           "END:VEVENT\r\nEND:VCALENDAR\r\n";
}
Invitation::When at(local_days day, minutes time = {}, const std::string& zone = "") {
    return {day + time, true, zone};
}
Invitation::When whole(local_days day) { return {local_seconds(day), false, ""}; }
constexpr local_days first_of_december{2026y / December / 1};

TEST(Calendar, Rfc5545Section4AThreeDayConference) {
    const auto read = read_calendar(
        "BEGIN:VCALENDAR\r\n"
        "PRODID:-//xyz Corp//NONSGML PDA Calendar Version 1.0//EN\r\n"
        "VERSION:2.0\r\n"
        "BEGIN:VEVENT\r\n"
        "DTSTAMP:19960704T120000Z\r\n"
        "UID:uid1@example.com\r\n"
        "ORGANIZER:mailto:jsmith@example.com\r\n"
        "DTSTART:19960918T143000Z\r\n"
        "DTEND:19960920T220000Z\r\n"
        "STATUS:CONFIRMED\r\n"
        "CATEGORIES:CONFERENCE\r\n"
        "SUMMARY:Networld+Interop Conference\r\n"
        "DESCRIPTION:Networld+Interop Conference\r\n"
        "  and Exhibit\\nAtlanta World Congress Center\\n\r\n"
        " Atlanta\\, Georgia\r\n"
        "END:VEVENT\r\n"
        "END:VCALENDAR\r\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (Invitation{Invitation::Kind::event, "Networld+Interop Conference", "",
                                 at(local_days{1996y / September / 18}, 14h + 30min, "UTC"),
                                 at(local_days{1996y / September / 20}, 22h, "UTC"), false}));
}

TEST(Calendar, ATimeStaysAsItsSenderWroteIt) {
    const auto read =
        read_calendar(event("SUMMARY:Supper\\, with\r\n  Zoë\r\nLOCATION:Mensa\\nupstairs\r\n"
                            "DTSTART;TZID=Europe/Berlin:20261201T200000\r\nDURATION:PT1H30M\r\nRRULE:FREQ=WEEKLY\r\n",
                            "REQUEST"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, Invitation::Kind::invitation);
    EXPECT_EQ(read->summary, "Supper, with Zoë");
    EXPECT_EQ(read->location, "Mensa upstairs") << "one line";
    EXPECT_EQ(read->start, at(first_of_december, 20h, "Europe/Berlin"));
    EXPECT_EQ(read->end, at(first_of_december, 21h + 30min, "Europe/Berlin"));
    EXPECT_TRUE(read->repeats);
}

TEST(Calendar, TheLastOfWholeDaysIsTheOneBeforeItsEnd) {  // [RFC 5545 §3.6.1]
    const auto one = read_calendar(event("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261202\r\n"));
    ASSERT_TRUE(one);
    EXPECT_EQ(one->start, whole(first_of_december));
    EXPECT_EQ(one->end, std::nullopt);
    const auto three = read_calendar(event("DTSTART;VALUE=DATE:20261201\r\nDTEND;VALUE=DATE:20261204\r\n"));
    ASSERT_TRUE(three);
    EXPECT_EQ(three->end, whole(first_of_december + days(2)));
}

TEST(Calendar, AnEndBeforeTheBeginIsNone) {
    const auto read = read_calendar(event("DTSTART:20261201T200000\r\nDTEND:20261201T190000\r\n"));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->start);
    EXPECT_FALSE(read->end);
}

TEST(Calendar, WhatIsSaidOfAnInvitation) {  // [RFC 5546 §1.4]
    using Kind = Invitation::Kind;
    const auto kind = [](const std::string& lines, const std::string& method) {
        const auto read = read_calendar(event(lines, method));
        return read ? read->kind : Kind::event;
    };
    EXPECT_EQ(kind("SUMMARY:x\r\n", "PUBLISH"), Kind::event);
    EXPECT_EQ(kind("SUMMARY:x\r\n", "CANCEL"), Kind::cancelled);
    EXPECT_EQ(kind("STATUS:CANCELLED\r\n", "REQUEST"), Kind::cancelled);
    EXPECT_EQ(kind("ATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\r\n", "REPLY"), Kind::accepted);
    EXPECT_EQ(kind("ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.example\r\n", "REPLY"), Kind::declined);
    EXPECT_EQ(kind("ATTENDEE;PARTSTAT=TENTATIVE:mailto:a@b.example\r\n", "REPLY"), Kind::tentative);
    EXPECT_EQ(kind("ATTENDEE:mailto:a@b.example\r\n", "REPLY"), Kind::event);
}

TEST(Calendar, ALongLineIsCut) {
    const auto read = read_calendar(event("SUMMARY:" + std::string(5000, 'x') + "\r\n"));
    ASSERT_TRUE(read);
    EXPECT_LE(read->summary.size(), 300u);
}

TEST(Calendar, WhatIsNone) {
    EXPECT_FALSE(read_calendar(""));
    EXPECT_FALSE(read_calendar("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"));
    EXPECT_FALSE(read_calendar("BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:x\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"));
    EXPECT_FALSE(read_calendar(event("SUMMARY:x\r\n") + std::string(1, '\0')));
    EXPECT_FALSE(read_calendar(event("DESCRIPTION:" + std::string(70'000, 'x') + "\r\n"))) << "too large";
    const auto without_time = read_calendar(event("SUMMARY:x\r\nDTSTART:20261345T996000\r\n"));
    ASSERT_TRUE(without_time);
    EXPECT_FALSE(without_time->start);
}

}  // namespace
}  // namespace coi
