// The words; see invitation.h. Dates are written as ISO 8601 has them, which no reader takes for another day.

#include "gateway/translate/feature/invitation.h"

#include <cstdio>

#include "gateway/localization.h"
#include "gateway/model/framed.h"
#include "gateway/translate/feature/text.h"

namespace gateway::invitation {
namespace {

using Kind = coi::Invitation::Kind;
using When = coi::Invitation::When;

std::string head(const coi::Invitation& invitation, const std::string& lang) {
    std::string what = text::one_line(framed::foreign(invitation.summary));
    if (what.empty()) what = say(lang, "(without a title)");
    switch (invitation.kind) {
        case Kind::invitation:
            return say(lang, "[Invitation: {1}]", {what});
        case Kind::cancelled:
            return say(lang, "[Cancelled: {1}]", {what});
        case Kind::accepted:
            return say(lang, "[Accepted: {1}]", {what});
        case Kind::declined:
            return say(lang, "[Declined: {1}]", {what});
        case Kind::tentative:
            return say(lang, "[Perhaps: {1}]", {what});
        case Kind::event:
            break;
    }
    return say(lang, "[Event: {1}]", {what});
}

std::string two(long number) { return (number < 10 ? "0" : "") + std::to_string(number); }

std::string day(const When& when) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(when.time));
    return std::to_string(int(date.year())) + "-" + two(unsigned(date.month())) + "-" + two(unsigned(date.day()));
}

std::string time(const When& when) {
    const auto seconds = when.time - std::chrono::floor<std::chrono::days>(when.time);
    return two(seconds / std::chrono::hours(1)) + ":" + two(seconds % std::chrono::hours(1) / std::chrono::minutes(1));
}

/// "2026-12-01 12:00 – 13:00 (UTC)"
std::string span(const When& start, const std::optional<When>& end) {
    std::string out = day(start);
    if (start.has_time) out += " " + time(start);
    const bool same_day = end && day(*end) == day(start);
    if (end && (start.has_time || !same_day)) {
        out += " –";
        if (!same_day) out += " " + day(*end);
        if (end->has_time) out += " " + time(*end);
    }
    return start.zone.empty() ? out : out + " (" + start.zone + ")";
}

}  // namespace

std::string words(const coi::Invitation& invitation, const std::string& lang) {
    std::string text = framed::notice(head(invitation, lang));
    if (invitation.start) {
        std::string when =
            say(lang, "When: {1}", {text::one_line(framed::foreign(span(*invitation.start, invitation.end)))});
        if (invitation.repeats) when += " " + say(lang, "(a series)");
        text += "\n" + framed::notice(when);
    }
    const std::string where = text::one_line(framed::foreign(invitation.location));
    if (!where.empty()) text += "\n" + framed::notice(say(lang, "Where: {1}", {where}));
    return text;
}

}  // namespace gateway::invitation
