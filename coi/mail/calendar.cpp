// The first event by libical; see calendar.h.

#include "coi/mail/calendar.h"

#include <libical/ical.h>

#include <memory>

#include "coi/mail/charset.h"

namespace coi {
namespace {

constexpr std::size_t largest = 64 * 1024;
constexpr std::size_t longest = 300;  // octets of a line that is shown

struct FreeComponent {
    void operator()(icalcomponent* component) const { icalcomponent_free(component); }
};

std::string line_of(const char* value) {
    return value == nullptr ? std::string() : std::string(cut_utf8(clean_line(to_utf8(value, "utf-8")), longest));
}

icalproperty* first(icalcomponent* component, icalproperty_kind kind) {
    return icalcomponent_get_first_property(component, kind);
}

std::optional<Invitation::When> when_of(icalproperty* property, const icaltimetype& time) {
    if (property == nullptr || icaltime_is_null_time(time) != 0 || icaltime_is_valid_time(time) == 0)
        return std::nullopt;
    using namespace std::chrono;
    const auto day = year(time.year) / time.month / time.day;
    if (!day.ok()) return std::nullopt;
    Invitation::When when{local_days(day) + hours(time.hour) + minutes(time.minute) + seconds(time.second),
                          time.is_date == 0, ""};
    auto* zone = icalproperty_get_first_parameter(property, ICAL_TZID_PARAMETER);
    if (icaltime_is_utc(time) != 0)
        when.zone = "UTC";
    else if (zone != nullptr)
        when.zone = line_of(icalparameter_get_tzid(zone));
    return when;
}

std::optional<Invitation::When> end_of(icalcomponent* event, const Invitation::When& start, icalproperty* begin) {
    using namespace std::chrono;
    if (auto* end = first(event, ICAL_DTEND_PROPERTY)) {
        auto when = when_of(end, icalproperty_get_dtend(end));
        if (when && !when->has_time) when->time -= days(1);  // DTEND is the day after [RFC 5545 §3.6.1]
        return when && when->time > start.time ? when : std::nullopt;
    }
    auto* length = first(event, ICAL_DURATION_PROPERTY);
    if (length == nullptr || !start.has_time) return std::nullopt;
    return when_of(begin, icaltime_add(icalproperty_get_dtstart(begin), icalproperty_get_duration(length)));
}

/// The text of an answer to an invitation.
Invitation::Kind answer_of(icalcomponent* event) {
    auto* attendee = first(event, ICAL_ATTENDEE_PROPERTY);
    auto* state = attendee == nullptr ? nullptr : icalproperty_get_first_parameter(attendee, ICAL_PARTSTAT_PARAMETER);
    switch (state == nullptr ? ICAL_PARTSTAT_NONE : icalparameter_get_partstat(state)) {
        case ICAL_PARTSTAT_ACCEPTED:
            return Invitation::Kind::accepted;
        case ICAL_PARTSTAT_DECLINED:
            return Invitation::Kind::declined;
        case ICAL_PARTSTAT_TENTATIVE:
            return Invitation::Kind::tentative;
        default:
            return Invitation::Kind::event;
    }
}

Invitation::Kind kind_of(icalcomponent* calendar, icalcomponent* event) {
    auto* status = first(event, ICAL_STATUS_PROPERTY);
    if (status != nullptr && icalproperty_get_status(status) == ICAL_STATUS_CANCELLED)
        return Invitation::Kind::cancelled;
    switch (icalcomponent_get_method(calendar)) {
        case ICAL_METHOD_REQUEST:
            return Invitation::Kind::invitation;
        case ICAL_METHOD_CANCEL:
            return Invitation::Kind::cancelled;
        case ICAL_METHOD_REPLY:
            return answer_of(event);
        default:
            return Invitation::Kind::event;
    }
}

}  // namespace

std::optional<Invitation> read_calendar(const std::string& utf8) {
    if (utf8.size() > largest || utf8.find('\0') != utf8.npos) return std::nullopt;
    const std::unique_ptr<icalcomponent, FreeComponent> calendar(icalparser_parse_string(utf8.c_str()));
    if (!calendar) return std::nullopt;
    auto* event = icalcomponent_isa(calendar.get()) == ICAL_VEVENT_COMPONENT
                      ? calendar.get()
                      : icalcomponent_get_first_component(calendar.get(), ICAL_VEVENT_COMPONENT);
    if (event == nullptr) return std::nullopt;
    Invitation invitation;
    invitation.kind = kind_of(calendar.get(), event);
    if (auto* summary = first(event, ICAL_SUMMARY_PROPERTY))
        invitation.summary = line_of(icalproperty_get_summary(summary));
    if (auto* place = first(event, ICAL_LOCATION_PROPERTY))
        invitation.location = line_of(icalproperty_get_location(place));
    if (auto* begin = first(event, ICAL_DTSTART_PROPERTY)) {
        invitation.start = when_of(begin, icalproperty_get_dtstart(begin));
        if (invitation.start) invitation.end = end_of(event, *invitation.start, begin);
    }
    invitation.repeats = first(event, ICAL_RRULE_PROPERTY) != nullptr;
    return invitation;
}

}  // namespace coi
