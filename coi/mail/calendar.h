// An invitation in a mail: what, when and where.
//
// iCalendar [RFC 5545] with iTIP's methods [RFC 5546], read by libical. Times stay as their sender wrote them, with the
// name of their zone. Left out: all but the first event, the rule of a series, alarms.

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
        std::string zone;      // "UTC", a name that the sender gave, or "" for nobody's in particular
        bool operator==(const When&) const = default;
    };
    Kind kind = Kind::event;
    std::string summary, location;   // one line each
    std::optional<When> start, end;  // `end` of whole days: the last one
    bool repeats = false;
    bool operator==(const Invitation&) const = default;
};

/// The first event of a calendar; nullopt if there is none, or if it is larger than 64 KiB.
std::optional<Invitation> read_calendar(const std::string& utf8);

}  // namespace coi
