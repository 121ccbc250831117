// An invitation in a mail: summary, time and place.
//
// iCalendar [RFC 5545] with iTIP's methods [RFC 5546], parsed by libical. Times keep their original time zone, with its
// name. Left out: all events except the first, recurrence rules, alarms.

#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace coi {

struct Invitation {
    enum class Kind { invitation, event, cancelled, accepted, declined, tentative };
    struct When {
        std::chrono::local_seconds time;
        bool has_time = true;  // false: the whole day
        std::string zone;      // "UTC", the name that the sender gave, or "" for local time
        bool operator==(const When&) const = default;
    };
    Kind kind = Kind::event;
    std::string summary, location;   // one line each
    std::optional<When> start, end;  // `end` of whole days: the last day
    bool repeats = false;
    bool operator==(const Invitation&) const = default;
};

/// The first event of a calendar; nullopt if there is none, or if it is larger than 64 KiB.
std::optional<Invitation> read_calendar(const std::string& utf8);

}  // namespace coi
